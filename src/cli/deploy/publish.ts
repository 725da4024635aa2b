/**
 * Brings a package and its configuration to the server: creates the function, or updates what has changed of it.
 * Called by: commands/deploy.ts. Source for the states: developer guide, "Lambda function states".
 */
import { createHash } from 'node:crypto'
import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'
import { pause, systemClock } from '../../kernel/clock.ts'
import type { Client } from '../client.ts'
import { CliError, Refusal } from '../failure.ts'
import { deploymentMs, deploymentPollMs } from '../limits.ts'

/** What the user has said of the function; what is left out stays as it is, or as Lambda has it. */
export interface Wanted {
  readonly runtime?: string | undefined
  readonly handler?: string | undefined
  readonly memoryMb?: number | undefined
  readonly timeoutSeconds?: number | undefined
  readonly role?: string | undefined
  /** Beside those that the function has. */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

/** Undefined when there is none of this name. */
export async function present(
  client: Client,
  name: string,
): Promise<FunctionConfiguration | undefined> {
  try {
    return await client.configuration(name)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'ResourceNotFoundException') return undefined
    throw error
  }
}

/** @throws CliError when it cannot be made, in the server's words */
export async function create(
  client: Client,
  name: string,
  wanted: Wanted & { readonly runtime: string; readonly handler: string },
  zipped: Uint8Array,
): Promise<FunctionConfiguration> {
  const { runtime, handler, memoryMb, timeoutSeconds, role, variables } = wanted
  const request = {
    FunctionName: name,
    Runtime: runtime as CreateFunctionRequest['Runtime'],
    Handler: handler,
    Role: role ?? `arn:aws:iam::${await client.account()}:role/lambda`,
    ...(memoryMb === undefined ? {} : { MemorySize: memoryMb }),
    ...(timeoutSeconds === undefined ? {} : { Timeout: timeoutSeconds }),
    ...(variables === undefined ? {} : { Environment: { Variables: variables } }),
    // The one that is not AWS's default.
    ...(process.arch === 'arm64' ? { Architectures: ['arm64'] } : {}),
    Code: { ZipFile: base64(zipped) },
  }
  await client.lambda('POST', '', request)
  return await settled(client, name)
}

/** @returns the function, and whether its code is another than before */
export async function update(
  client: Client,
  before: FunctionConfiguration,
  wanted: Wanted,
  zipped: Uint8Array,
): Promise<{ configuration: FunctionConfiguration; hasNewCode: boolean }> {
  const name = before.FunctionName as string
  const path = `/${encodeURIComponent(name)}`
  await settled(client, name).catch(() => undefined)
  const changes = changesOf(before, wanted)
  if (Object.keys(changes).length > 0) {
    await client.lambda('PUT', `${path}/configuration`, changes)
    await settled(client, name)
  }
  const hasNewCode =
    // What has failed is tried again.
    before.State === 'Failed' ||
    before.LastUpdateStatus === 'Failed' ||
    createHash('sha256').update(zipped).digest('base64') !== before.CodeSha256
  if (hasNewCode) await client.lambda('PUT', `${path}/code`, { ZipFile: base64(zipped) })
  return { configuration: await settled(client, name), hasNewCode }
}

function changesOf(
  before: FunctionConfiguration,
  wanted: Wanted,
): Omit<UpdateFunctionConfigurationRequest, 'FunctionName'> {
  const { runtime, handler, memoryMb, timeoutSeconds, role, variables } = wanted
  const changes = {
    Runtime: runtime as FunctionConfiguration['Runtime'],
    Handler: handler,
    MemorySize: memoryMb,
    Timeout: timeoutSeconds,
    Role: role,
  }
  const differing = Object.entries(changes).filter(
    ([key, value]) => value !== undefined && value !== before[key as keyof typeof changes],
  )
  const has = before.Environment?.Variables ?? {}
  const isNew = Object.entries(variables ?? {}).some(([key, value]) => has[key] !== value)
  return {
    ...Object.fromEntries(differing),
    ...(isNew ? { Environment: { Variables: { ...has, ...variables } } } : {}),
  }
}

/** Waits until it can be invoked, with its last update. @throws CliError with the reason when that fails */
async function settled(client: Client, name: string): Promise<FunctionConfiguration> {
  const untilMs = systemClock.monotonicMs() + deploymentMs
  for (;;) {
    const configuration = await client.configuration(name)
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration
    if (State === 'Failed') throw failed(name, StateReason)
    if (LastUpdateStatus === 'Failed') throw failed(name, LastUpdateStatusReason)
    if (State === 'Active' && LastUpdateStatus !== 'InProgress') return configuration
    if (systemClock.monotonicMs() > untilMs)
      throw new CliError(`${name} is still ${State} after ten minutes: look at the server's log.`)
    await pause(deploymentPollMs)
  }
}

function failed(name: string, reason: string | undefined): CliError {
  return new CliError(`${name} cannot run: ${reason ?? 'the server does not say why'}`)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
