import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SandboxStartError } from '../sandbox.ts'

/**
 * The users inside a sandbox are nobody on the host, and reach their root file system as such.
 * @throws SandboxStartError when they do not, with the command that mends it; or when its path cannot be handed over
 */
export async function checkReachable(runDirectory: string): Promise<void> {
  // Commands with paths below it are handed over by lines: see entered-shell.ts.
  if (runDirectory.includes('\n'))
    throw new SandboxStartError(
      `There is a line break in the path of the run directory, ${JSON.stringify(runDirectory)}: choose another.`,
    )
  const closed = await closedAbove(runDirectory)
  if (closed === undefined) return
  throw new SandboxStartError(
    `The run directory ${runDirectory} cannot be reached by the users inside sandboxes: ` +
      `allow it (chmod o+x ${closed}), or choose another, for example /run/lambdad.`,
  )
}

/** The directory on the way to this one, itself included, through which not everybody may go. */
export async function closedAbove(directory: string): Promise<string | undefined> {
  for (let path = await realpath(directory); ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return path
    if (path === '/') return undefined
  }
}
