/**
 * The runtime identifiers of Lambda and their standing. Source: developer guide, "Lambda runtimes", and the
 * order in which the service's own error text lists those that may be used.
 */
import type { RuntimeProvider } from '../../kernel/ports.ts'

/** In the order of the service's text, which is that of a hash table of their names, as far as it was recorded. */
const supported = [
  'nodejs20.x',
  'python3.14',
  'provided.al2023',
  'python3.12',
  'python3.13',
  'nodejs24.x',
  'nodejs22.x',
  'java25',
  'python3.10',
  'python3.11',
  'java21',
  'ruby3.3',
  'ruby3.4',
  'ruby4.0',
  'ruby3.2',
  'python3.9',
  'java17.al2023',
  'java17',
  'dotnet10',
  'dotnet8',
  'java8.al2023',
  'java11',
  'provided.al2',
  'java8.al2',
  'java11.al2023',
]

/** Deprecated, yet creating is still possible. */
const deprecated = ['nodejs18.x', 'nodejs16.x', 'python3.8', 'dotnet6']

/** May no longer be created. */
const blocked = [
  'java8',
  'go1.x',
  'provided',
  'ruby2.7',
  'ruby2.5',
  'nodejs14.x',
  'nodejs12.x',
  'nodejs10.x',
  'nodejs8.10',
  'nodejs6.10',
  'nodejs4.3',
  'nodejs4.3-edge',
  'nodejs',
  'python3.7',
  'python3.6',
  'python2.7',
  'dotnetcore3.1',
  'dotnetcore2.1',
  'dotnetcore2.0',
  'dotnetcore1.0',
]

/** Whether AWS supports it, lets it be created still, or does not; undefined for what is no runtime of Lambda's. */
export function runtimeStanding(
  runtime: string,
): 'supported' | 'deprecated' | 'blocked' | undefined {
  if (supported.includes(runtime)) return 'supported'
  if (deprecated.includes(runtime)) return 'deprecated'
  return blocked.includes(runtime) ? 'blocked' : undefined
}

/** What this host runs, and why not more. */
type Runtimes = Pick<RuntimeProvider, 'identifiers' | 'whyMissing'>

/** Why a function cannot have this runtime; undefined when it can. */
export function runtimeRefusal(runtime: string, runtimes: Runtimes): string | undefined {
  const served = runtimes.identifiers
  if (served.includes(runtime)) return undefined
  if (blocked.includes(runtime)) {
    return `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`
  }
  if (supported.includes(runtime) || deprecated.includes(runtime)) {
    const why = runtimes.whyMissing(runtime)
    return (
      why ?? `The runtime ${runtime} is not served by lambdad yet. It serves ${served.join(', ')}.`
    )
  }
  return `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${supported.join(', ')}] or be a valid ARN`
}
