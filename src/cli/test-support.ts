/** What the tests of commands share: the real command line, as a process of its own. Not imported by anything else. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** A port that nobody listens on: of the discard service, which no machine has any more. */
export const nobody = 'http://127.0.0.1:9'

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>
  /** On its standard input. */
  readonly input?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Nothing of the user's settings gets in. */
function environment(env: CliOptions['env']): Record<string, string> {
  const kept = ['PATH', 'LAMBDAD_CACHE_DIR', 'NODE_COMPILE_CACHE', 'HOME'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), XDG_DATA_HOME: '/nonexistent', ...env }
}

/** Goes on until it is killed: the caller's to end. */
export function startCli(words: readonly string[], options: CliOptions = {}): ChildProcess {
  return spawn(process.execPath, [main, ...words], {
    env: environment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** Runs a command to its end, whatever its exit code. */
export async function runCli(words: readonly string[], options: CliOptions = {}): Promise<Ended> {
  const child = startCli(words, options)
  // It may end without having read everything.
  child.stdin?.on('error', () => undefined).end(options.input ?? '')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit'),
  ])
  return { code: code as number | null, stdout, stderr }
}

/** A directory of files, removed with its disposal. */
export class TestDirectory implements Disposable {
  readonly path: string

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.path = mkdtempSync(path.join(os.tmpdir(), 'lambdad-cli-'))
    for (const [name, content] of Object.entries(files)) this.write(name, content)
  }

  write(name: string, content: string, mode = 0o644): string {
    const file = path.join(this.path, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content, { mode })
    return file
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
