/**
 * AWS Lambda: the front door of the flagship.
 * README.md tells what works. Read next: operation-table.ts, lambda-service.ts.
 */
import { functionArn } from '../../kernel/arn.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { Service } from '../../kernel/operation.ts'
import type { EventPollers, Invoker, RawRoute, Roles, RuntimeProvider } from '../../kernel/ports.ts'
import type { Blobs, Store } from '../../store/store.ts'
import { Signatures } from './code-signing/check-signatures.ts'
import { SigningKeys } from './code-signing/signing-keys.ts'
import { CapacityProviders } from './capacity-providers/providers.ts'
import { CodeStore } from './code-store.ts'
import { Deployments } from './deployments.ts'
import { Functions } from './functions.ts'
import type { LambdaService } from './lambda-service.ts'
import { operationTable } from './operation-table.ts'
import { PayloadChecker } from './payload-checker.ts'
import { anyRole } from './role.ts'
import { listAllSettings } from './settings/tables.ts'
import type { LambdaTables } from './tables.ts'
import { applyAllProvisioned } from './concurrency/provisioned.ts'
import { Mappings } from './event-sources/mappings.ts'
import { UrlRoute } from './urls/url-route.ts'
import { Urls } from './urls/urls.ts'

export { migrations } from './tables.ts'

export interface LambdaOptions {
  readonly store: Store
  readonly blobs: Blobs
  readonly invoker: Invoker
  readonly runtimes: RuntimeProvider
  /** Left out, no role is known. */
  readonly roles?: Pick<Roles, 'access'>
  /** A function's role has to exist: `--auth on`. */
  readonly needsRoles?: boolean
  /** A URL without IAM asks the function's policy: `--auth on`. */
  readonly asksUrlPolicies?: boolean
  /** Until there are any, every kind of event source is refused by its name. */
  readonly pollers?: EventPollers
  /** Public keys of signing profiles, as code-signing/signing-keys.ts has them. */
  readonly signingProfilesDirectory?: string
  readonly clock: Clock
  readonly log: Log
}

const noPollers: EventPollers = {
  serves: () => false,
  run: () => Promise.resolve(),
  stop: () => Promise.resolve(),
}

/** The service, its plain-HTTP routes, and what it has to finish before the server ends. */
export interface LambdaFrontDoor extends Service, AsyncDisposable {
  readonly routes: readonly RawRoute[]
  /** Goes on with deployments that the last server left unfinished. */
  resume(): Promise<void>
}

export function createLambdaService(options: LambdaOptions): LambdaFrontDoor {
  const { store, blobs, invoker, runtimes, clock, log } = options
  const functions = new Functions(store)
  const code = new CodeStore(blobs, store, clock)
  const keys = new SigningKeys(options.signingProfilesDirectory, log)
  const deployments = new Deployments(functions, invoker, code, log)
  const payloads = new PayloadChecker()
  const urls = new Urls()
  const mappings = new Mappings(store, options.pollers ?? noPollers, log)
  const providers = new CapacityProviders(store, log)
  const service: LambdaService = {
    clock,
    store,
    invoker,
    runtimes,
    roles: options.roles ?? anyRole,
    needsRoles: options.needsRoles ?? false,
    asksUrlPolicies: options.asksUrlPolicies ?? false,
    functions,
    code,
    signatures: new Signatures(keys, code, clock, log),
    deployments,
    payloads,
    urls,
    mappings,
    providers,
  }
  let sweeping: Promise<void> | undefined
  return {
    model: 'lambda',
    operations: operationTable(service),
    routes: [code, new UrlRoute(service)],
    async resume() {
      await deployments.resume(store)
      await Promise.all([reserveAll(store, invoker), urls.load(store), mappings.resume()])
      await providers.resume()
      await applyAllProvisioned(service)
      // Goes on beside requests: what it deletes is merely in the way.
      sweeping = code.sweep().catch((error: unknown) => {
        log.warn({ error }, 'unused code could not be swept')
      })
    },
    async [Symbol.asyncDispose]() {
      await sweeping
      await mappings[Symbol.asyncDispose]()
      await providers[Symbol.asyncDispose]()
      await deployments[Symbol.asyncDispose]()
      await payloads[Symbol.asyncDispose]()
    },
  }
}

/** Tells the data plane again what was reserved before this server started. */
async function reserveAll(store: Store, invoker: Invoker): Promise<void> {
  const settings = await listAllSettings(store.reader<LambdaTables>(), 'concurrency')
  for (const { account, region, functionName, record } of settings) {
    const scope = { account, region }
    invoker.reserve(scope, functionArn(scope, functionName), record.reserved)
  }
}
