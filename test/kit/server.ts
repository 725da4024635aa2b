/**
 * A real server for tests: a process of its own, started as `bin/lambdad` starts it, on a free port and with a data
 * directory of its own. Disposal stops it and removes the directory.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  readonly dataDirectory: string
  /** What it has printed so far. */
  output(): string
  /** Sends a signal and waits for the end. @returns the exit code, or the signal that ended it. */
  stop(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

export interface TestServerOptions {
  /** Kept after the server's end when it is given. */
  readonly dataDirectory?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Why tests that need real sandboxes cannot run here; undefined when they can. */
export const noSandboxes: string | undefined =
  process.getuid?.() === 0 ? undefined : 'sandboxes need root'

/** @throws with the server's own words when it does not start. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDirectory =
    options.dataDirectory ?? (await mkdtemp(path.join(os.tmpdir(), 'lambdad-test-')))
  const child = spawn(
    process.execPath,
    [
      path.join(repository, 'src/cli/main.ts'),
      'start',
      '--port=0',
      `--data-dir=${dataDirectory}`,
      ...(options.args ?? []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  )
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const url = await ready(child, () => output)
  return {
    url,
    pid: child.pid as number,
    dataDirectory,
    output: () => output,
    stop: (signal) => stop(child, signal),
    async [Symbol.asyncDispose]() {
      await stop(child, 'SIGTERM')
      if (options.dataDirectory === undefined) {
        await rm(dataDirectory, { recursive: true, force: true })
      }
    },
  }
}

/** The address in the line that says it is ready. */
async function ready(child: ChildProcess, output: () => string): Promise<string> {
  const ended = once(child, 'exit').then(() => 'ended' as const)
  for (;;) {
    const url = /is ready on (http:\/\/\S+)/.exec(output())?.[1]
    if (url !== undefined) return url
    const said = Promise.race([
      once(child.stderr as NodeJS.ReadableStream, 'data').then(() => 'more' as const),
      ended,
    ])
    if ((await said) === 'ended') throw new Error(`the server did not start: ${output()}`)
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return child.exitCode ?? (child.signalCode as NodeJS.Signals)
}
