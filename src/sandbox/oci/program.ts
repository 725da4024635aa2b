/** Where the OCI runtime is. Called by: backend.ts. */
import { locateProgram } from '../programs.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { RuntimeName } from './runtime.ts'

/** @returns its absolute path @throws SandboxStartError when it is not installed, with words on how to mend it */
export async function findProgram(name: RuntimeName): Promise<string> {
  const path = await locateProgram(name)
  if (path !== undefined) return path
  // Of gVisor only Debian makes a package.
  const others = name === 'runsc' ? 'others: https://gvisor.dev' : `Fedora: dnf install ${name}`
  throw new SandboxStartError(
    `Isolated sandboxes need ${name}, which is not installed: install it (Debian, Ubuntu: ` +
      `apt install ${name}; ${others}), or choose --isolation process.`,
  )
}
