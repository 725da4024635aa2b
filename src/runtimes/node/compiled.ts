/**
 * Our bootstrap, compiled ahead for each Node.js that runs it: a start has less to do, and so has the first event.
 *
 * The Node.js in question runs the bootstrap once, for a function of ours and one event, and gives what V8 has compiled
 * by then, functions that were called included. It is kept with the runtimes, so that this happens once on a machine.
 * Invariant: what is not whole is not used, and where none can be made the bootstrap is compiled at each start.
 * Called by: ../index.ts. Read next: compile-child.mjs, pack.mjs. Measured: README.md, "Boot".
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { access, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '../../kernel/assert.ts'
import type { Clock } from '../../kernel/clock.ts'
import { randomHex } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'

export interface CompiledOptions {
  /** Where compiled forms are kept: in its folder `runtimes`. */
  readonly cacheDirectory: string
  readonly clock: Clock
  readonly log: Log
}

const child = fileURLToPath(new URL('compile-child.mjs', import.meta.url))
/** One that takes longer is killed. Ours: fifty times what it takes. */
const timeoutMs = 10_000
const digestBytes = 32

// Functions of one runtime that start together share one compilation; one that has failed is not tried again.
const compilations = new Map<string, Promise<void>>()

/**
 * Puts a compiled form into a folder that `packRuntime` has made, unless it is there. Never rejects.
 * @param language the directory of a Node.js, with its `version` and `bin/node`
 */
export async function compileRuntime(
  folder: string,
  language: string,
  options: CompiledOptions,
): Promise<void> {
  const key = `${folder} ${language}`
  const compiling = compilations.get(key) ?? compile(folder, language, options)
  compilations.set(key, compiling)
  try {
    await compiling
    compilations.delete(key)
  } catch (error) {
    options.log.debug({ error }, 'the bootstrap of Node.js functions is compiled at each start')
  }
}

async function compile(folder: string, language: string, options: CompiledOptions): Promise<void> {
  const text = await readFile(path.join(language, 'version'), 'utf8')
  const version = text.trim().replace(/^v/, '')
  const target = path.join(folder, `v${version}.code`)
  if (await exists(target)) return
  const program = path.join(language, 'bin', 'node')
  const kept = await placeOf(folder, program, version, options.cacheDirectory)
  const before = await readKept(kept)
  const code = before ?? (await make(folder, program, options.clock))
  await writeWhole(target, code)
  if (!before) await writeWhole(kept, Buffer.concat([sha256(code), code]))
}

/** In the cache: one for each form of our files and build of Node.js. */
async function placeOf(
  folder: string,
  program: string,
  version: string,
  cacheDirectory: string,
): Promise<string> {
  const source = await readFile(path.join(folder, 'runtime.cjs'))
  const { size, mtimeMs } = await stat(program)
  const build = `${version} ${process.arch} ${size} ${mtimeMs}`
  const key = sha256(Buffer.concat([source, Buffer.from(build)])).toString('hex', 0, 8)
  return path.join(cacheDirectory, 'runtimes', `node-${version}-code-${key}`)
}

/** Undefined when it is not there, or not as it was written. */
async function readKept(file: string): Promise<Buffer | undefined> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  const code = bytes.subarray(digestBytes)
  return sha256(code).equals(bytes.subarray(0, digestBytes)) ? code : undefined
}

async function make(folder: string, program: string, clock: Clock): Promise<Buffer> {
  // Not in the folder itself, which sandboxes see; always the same, so that a server that was killed leaves no more.
  const scratch = `${folder}-compile`
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch)
  try {
    const output = path.join(scratch, 'code')
    await writeFile(
      path.join(scratch, 'index.mjs'),
      'export const handler = async (event) => event',
    )
    await run(program, [child, folder, output], scratch, clock)
    return await readFile(output)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function run(
  program: string,
  words: readonly string[],
  taskRoot: string,
  clock: Clock,
): Promise<void> {
  const running = spawn(program, words, {
    // As of one that waits for its function.
    env: { _LAMBDAD_RUNTIME_API_FD: '3', _LAMBDAD_POOLED: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  // Rejects when it could not be spawned, and has no streams then.
  const ended = once(running, 'exit')
  const deadline = clock.after(timeoutMs, () => running.kill('SIGKILL'))
  let hasServed = false
  try {
    if (running.pid !== undefined)
      serveOnce(running.stdio[3] as Socket, taskRoot, () => {
        hasServed = true
      })
    await ended
    assert(hasServed, 'a bootstrap that is compiled serves an event')
  } finally {
    deadline.cancel()
  }
}

/** The Runtime API as far as a well-behaved runtime needs it: its function, one event, and no more. */
function serveOnce(socket: Socket, taskRoot: string, onServed: () => void): void {
  const env = { LAMBDA_TASK_ROOT: taskRoot, _HANDLER: 'index.handler', ...exampleEnvironment }
  let asked = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    asked += chunk.toString('latin1')
    if (asked.includes('/response HTTP/')) {
      onServed()
      socket.destroy()
    } else if (asked.endsWith('\r\n\r\n')) {
      const isNext = asked.includes('/invocation/next HTTP/')
      asked = ''
      socket.write(isNext ? answer('{"an":"event"}', exampleHead) : answer(JSON.stringify({ env })))
    }
  })
}

const exampleEnvironment = {
  AWS_LAMBDA_FUNCTION_NAME: 'example',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
} as const

const exampleHead =
  'Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-000000000000\r\n' +
  'Lambda-Runtime-Deadline-Ms: 9999999999999\r\n' +
  'Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:example\r\n' +
  'Lambda-Runtime-Trace-Id: Root=1-00000000-000000000000000000000000\r\n'

function answer(body: string, head = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`
}

/** A file that others see whole or not at all. */
async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const temporary = `${file}.${randomHex(12)}`
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  )
}
