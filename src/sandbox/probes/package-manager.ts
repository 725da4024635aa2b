/** How this host gets a package: a command to type. Nothing is installed here. Called by the probes. */
import { locateProgram } from '../programs.ts'

const managers = [
  ['apt-get', 'apt-get install'],
  ['dnf', 'dnf install'],
  ['zypper', 'zypper install'],
  ['pacman', 'pacman -S'],
  ['apk', 'apk add'],
] as const

/** @param names as Debian has them; the distributions agree on those that are asked for here */
export async function installCommand(...names: readonly string[]): Promise<string> {
  for (const [program, command] of managers) {
    if ((await locateProgram(program)) !== undefined) return asRoot(`${command} ${names.join(' ')}`)
  }
  return `install what Debian calls ${names.join(', ')}`
}

/** The same command, to be typed by this user. */
export function asRoot(command: string): string {
  return process.getuid?.() === 0 ? command : `sudo ${command}`
}
