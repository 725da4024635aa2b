/** The front door of the room: a back end for sandboxes, behind the safety decorator. */
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { NetworkChoice } from './network/networks.ts'
import { createOciBackend } from './oci/backend.ts'
import type { RuntimeName } from './oci/runtime.ts'
import { createProcessBackend } from './process/backend.ts'
import { SafeBackend } from './safe-sandbox.ts'
import type { SandboxBackend } from './sandbox.ts'

export { hostIdleMs } from './host-idle.ts'
export { ProcessorSleep } from './processor-sleep.ts'

/** Where `oci` back ends keep what sandboxes' users must reach, which they cannot below a private data directory. */
export const sandboxRunDirectory = '/run/lambdad'

export interface BackendOptions {
  /** `process` gives no isolation at all, and says so in the log. */
  readonly kind: 'oci' | 'process'
  /** Which OCI runtime; of no meaning to `process`. */
  readonly runtime: RuntimeName
  /**
   * Absolute path, for example `sandboxRunDirectory`; made when missing. Several servers may share it. Each has a
   * directory of its own in it, and removes at its start what dead servers have left there and elsewhere.
   */
  readonly runDirectory: string
  /**
   * Absolute path of a directory on the disk that functions' /tmp is to be on, which should not be in memory as the run
   * directory mostly is. Nothing of it shows there. Of no meaning to `process`. The run directory unless told.
   */
  readonly diskDirectory?: string
  /** `shared`: CPU by weight; `strict`: a hard quota in proportion to memory, too. */
  readonly cpu: 'shared' | 'strict'
  /** Of no meaning to `process`, whose functions have the host's. Nothing but loopback unless told. */
  readonly network?: NetworkChoice
  readonly log: Log
  readonly clock: Clock
}

const loopbackOnly: NetworkChoice = { mode: 'none', endpointPort: 0, onEndpoint: () => undefined }

/**
 * Disposal destroys all its sandboxes and leaves nothing behind; so does the death of the server.
 * @throws SandboxStartError when the host lacks something, with words on how to mend it
 */
export async function createBackend(options: BackendOptions): Promise<SandboxBackend> {
  const raw =
    options.kind === 'oci'
      ? await createOciBackend({
          ...options,
          network: options.network ?? loopbackOnly,
          diskDirectory: options.diskDirectory ?? options.runDirectory,
        })
      : await createProcessBackend(options)
  return new SafeBackend(raw, options.log)
}
