import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import type { RuntimeImage } from '../kernel/ports.ts'
import type { InitFailure } from './init-failure.ts'

/**
 * The executable that a custom runtime's function brings; nothing for runtimes that bring their own.
 * Texts as AWS's agent prints them (`Runtime.InvalidEntrypoint`).
 */
export async function findEntrypoint(
  image: RuntimeImage,
  codeDirectory: string,
): Promise<{ command: readonly string[] } | { failure: InitFailure }> {
  if (!image.bootstraps) return { command: [] }
  for (const bootstrap of image.bootstraps) {
    if (!bootstrap.startsWith('/var/task/')) continue
    const onHost = path.join(codeDirectory, path.basename(bootstrap))
    if (!(await can(onHost, constants.F_OK))) continue
    if (await can(onHost, constants.X_OK)) return { command: [bootstrap] }
    return { failure: invalid(`fork/exec ${bootstrap}: permission denied`) }
  }
  return { failure: invalid(`Couldn't find valid bootstrap(s): [${image.bootstraps.join(' ')}]`) }
}

async function can(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  )
}

function invalid(message: string): InitFailure {
  return { status: 'error', errorType: 'Runtime.InvalidEntrypoint', payload: undefined, message }
}
