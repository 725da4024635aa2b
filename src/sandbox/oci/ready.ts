/**
 * How a sandbox that waits says that it is there, with all its mounts made.
 *
 * A directory that is mounted in a slot while the OCI runtime makes the sandbox's mounts may not show inside: the
 * kernel passes a mount on to copies that are attached to a tree, and for a moment the sandbox's is not. Hence nothing
 * is mounted before the first process inside has spoken. Called by: backend.ts. See slots.ts.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import { readyPatienceMs } from '../limits.ts'
import type { SandboxSpec } from '../sandbox.ts'

/** The descriptor on which it says so: the first after the Runtime API's, if that one is inherited. */
export function readyDescriptor({ runtimeApi }: SandboxSpec): 3 | 4 {
  return runtimeApi === 'inherited' ? 4 : 3
}

/** Speaks on the descriptor that is $0, closes it and becomes the command. */
const script = 'echo >&"$0"; eval "exec $0>&-"; exec "$@"'

/** The same sandbox, that says when it is there before it does what it is for. */
export function sayingReady(spec: SandboxSpec): SandboxSpec {
  const command = ['/bin/sh', '-c', script, String(readyDescriptor(spec)), ...spec.command]
  return { ...spec, command }
}

/** @param said our end of the descriptor. Rejects when the process ends before, or is not there in time. */
export function saidReady(said: Socket, clock: Clock): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    const failed = (): void => reject(new Error('the sandbox did not come to its process'))
    said.once('data', () => resolve())
    said.once('close', failed)
    said.on('error', () => undefined)
    // Its end came before anybody listened.
    if (said.destroyed) failed()
  })
  const patience = clock.after(readyPatienceMs, () => said.destroy())
  const settled = (): void => {
    patience.cancel()
    said.destroy()
  }
  ready.then(settled, settled)
  return ready
}
