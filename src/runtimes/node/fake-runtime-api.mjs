/**
 * For tests and the benchmark: the Runtime API's side of a bootstrap that runs as a child process.
 *
 * It is not the data plane: it parses requests (Content-Length and chunked with trailers), records
 * them, and answers from a script. Whatever it starts, `stop()` ends. Not part of what is shipped
 * into a sandbox.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEXT = '/2018-06-01/runtime/invocation/next'
/** A child that does not answer in this time is broken; no test waits for it otherwise. */
const STUCK_MS = 20_000

export const runtimeFolder = fileURLToPath(new URL('.', import.meta.url))

/**
 * The Node.js to test with: `LAMBDAD_NODE_<major>`, else the runtime cache, else the running one.
 * @param {number} major
 */
export function nodeBinary(major) {
  const told = process.env[`LAMBDAD_NODE_${major}`]
  if (told) return told
  const cache =
    process.env.LAMBDAD_CACHE_DIR ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'lambdad')
  const cached = join(cache, 'runtimes', `node-${major}`, 'bin', 'node')
  return existsSync(cached) ? cached : process.execPath
}

/** One request of the runtime, whole. */
export class Request {
  /** @param {string} method @param {string} path @param {Record<string, string>} headers */
  constructor(method, path, headers) {
    this.method = method
    this.path = path
    this.headers = headers
    this.body = Buffer.alloc(0)
    /** @type {Record<string, string>} */
    this.trailers = {}
  }

  get text() {
    return this.body.toString('utf8')
  }

  get json() {
    return JSON.parse(this.text)
  }
}

/** Parses requests out of a stream; complete ones go to `onRequest`. */
export class RequestReader {
  constructor(onRequest) {
    this.onRequest = onRequest
    this.data = Buffer.alloc(0)
  }

  push(bytes) {
    this.data = Buffer.concat([this.data, bytes])
    for (;;) {
      const end = this.data.indexOf('\r\n\r\n')
      if (end < 0) return
      const [line, ...lines] = this.data.toString('utf8', 0, end).split('\r\n')
      const [method, path] = line.split(' ')
      const request = new Request(method, path, parseHeaders(lines))
      const rest =
        request.headers['transfer-encoding'] === 'chunked'
          ? readChunked(this.data, end + 4, request)
          : readPlain(this.data, end + 4, request)
      if (rest < 0) return
      this.data = this.data.subarray(rest)
      this.onRequest(request)
    }
  }
}

function parseHeaders(lines) {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

function readPlain(data, start, request) {
  const end = start + Number(request.headers['content-length'] ?? 0)
  if (data.length < end) return -1
  request.body = Buffer.from(data.subarray(start, end))
  return end
}

function readChunked(data, start, request) {
  const parts = []
  let offset = start
  for (;;) {
    const lineEnd = data.indexOf('\r\n', offset)
    if (lineEnd < 0) return -1
    const size = Number.parseInt(data.toString('latin1', offset, lineEnd), 16)
    offset = lineEnd + 2
    if (size === 0) break
    if (data.length < offset + size + 2) return -1
    parts.push(data.subarray(offset, offset + size))
    offset += size + 2
  }
  const lines = []
  for (;;) {
    const lineEnd = data.indexOf('\r\n', offset)
    if (lineEnd < 0) return -1
    const line = data.toString('utf8', offset, lineEnd)
    offset = lineEnd + 2
    if (line === '') break
    lines.push(line)
  }
  request.body = Buffer.concat(parts)
  request.trailers = parseHeaders(lines)
  return offset
}

/** The event as an HTTP response. @param {{id: string, body: string, headers?: Record<string, string>}} event */
export function eventResponse({ id, body, headers = {} }) {
  const all = {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': id,
    'Lambda-Runtime-Deadline-Ms': String(Date.now() + 3000),
    'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:123456789012:function:f',
    'Lambda-Runtime-Trace-Id':
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 200 OK\r\n${lines.join('')}\r\n${body}`
}

const ACCEPTED =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'

/** A running bootstrap and the fake platform around it. */
export class Bootstrap {
  /** Every request, in order. @type {Request[]} */
  requests = []
  stdout = ''
  stderr = ''
  /** Raw bytes of the log fd. */
  frames = Buffer.alloc(0)
  /** @type {{code: number | null, signal: string | null} | undefined} */
  exit = undefined
  /** How long answers to POSTs are held back. */
  holdAnswersMs = 0
  #waiters = []
  #answer = (_request) => ACCEPTED

  /**
   * @param {object} options
   * @param {number} options.major 20, 22 or 24
   * @param {string} options.taskRoot
   * @param {string} options.handler
   * @param {Record<string, string>} [options.env] beside what every function has
   * @param {Record<string, string>} [options.wholeEnv] instead of all of it
   * @param {string} [options.cwd] instead of taskRoot
   * @param {string[]} [options.flags] of node
   * @param {boolean} [options.tcp] instead of fd 3
   * @param {boolean} [options.frames] give it a log fd
   * @param {string} [options.entry]
   * @param {(request: Request) => string} [options.answer] to every POST
   */
  static async start(options) {
    const self = new Bootstrap()
    if (options.answer) self.#answer = options.answer
    let address = '127.0.0.1:9001'
    if (options.tcp) {
      self.server = createServer((socket) => self.#serve(socket))
      await new Promise((resolve) => self.server.listen(0, '127.0.0.1', resolve))
      address = `127.0.0.1:${self.server.address().port}`
    }
    const env = {
      PATH: process.env.PATH,
      LANG: 'en_US.UTF-8',
      TZ: 'UTC',
      _HANDLER: options.handler,
      LAMBDA_TASK_ROOT: options.taskRoot,
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      AWS_LAMBDA_RUNTIME_API: address,
      AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${options.major}.x`,
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef',
      ...(options.tcp ? {} : { _LAMBDAD_RUNTIME_API_FD: '3' }),
      ...(options.frames ? { _LAMBDA_TELEMETRY_LOG_FD: '4' } : {}),
      ...options.env,
    }
    const child = spawn(
      nodeBinary(options.major),
      [...(options.flags ?? []), join(runtimeFolder, options.entry ?? 'index.mjs')],
      {
        env: options.wholeEnv ?? env,
        cwd: options.cwd ?? options.taskRoot,
        stdio: [
          'ignore',
          'pipe',
          'pipe',
          options.tcp ? 'ignore' : 'pipe',
          options.frames ? 'pipe' : 'ignore',
        ],
      },
    )
    self.child = child
    child.stdout.setEncoding('utf8').on('data', (text) => {
      self.stdout += text
      self.#check()
    })
    child.stderr.setEncoding('utf8').on('data', (text) => (self.stderr += text))
    if (options.frames) {
      child.stdio[4].on('data', (bytes) => {
        self.frames = Buffer.concat([self.frames, bytes])
        self.#check()
      })
      child.stdio[4].on('error', () => {})
    }
    if (!options.tcp) self.#serve(child.stdio[3])
    child.on('close', (code, signal) => {
      self.exit = { code, signal }
      self.#check()
    })
    return self
  }

  #serve(socket) {
    this.socket = socket
    const reader = new RequestReader((request) => {
      this.requests.push(request)
      if (request.method === 'POST') this.#reply(socket, this.#answer(request))
      this.#check()
    })
    socket.on('data', (bytes) => reader.push(bytes))
    socket.on('error', () => {})
  }

  #reply(socket, text) {
    if (this.holdAnswersMs === 0) socket.write(text)
    else setTimeout(() => socket.write(text), this.holdAnswersMs)
  }

  #check() {
    for (const waiter of [...this.#waiters]) waiter()
  }

  /** Resolves once `test` gives something truthy, with that. */
  async until(test, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(check), 1)
        reject(
          new Error(`stuck waiting for ${what}; stdout: ${this.stdout}; stderr: ${this.stderr}`),
        )
      }, STUCK_MS)
      const check = () => {
        const found = test()
        if (!found) return
        clearTimeout(timer)
        this.#waiters.splice(this.#waiters.indexOf(check), 1)
        resolve(found)
      }
      this.#waiters.push(check)
      check()
    })
  }

  /** Waits until stdout has that. @param {string} text */
  async logged(text) {
    await this.until(() => this.stdout.includes(text), `"${text}" in the log`)
  }

  get nexts() {
    return this.requests.filter((request) => request.path === NEXT).length
  }

  get posts() {
    return this.requests.filter((request) => request.method === 'POST')
  }

  /** Waits until the runtime asks for its `count`th event, or its process has ended. */
  async ready(count = 1) {
    await this.until(() => this.nexts >= count || this.exit, `GET next number ${count}`)
    if (this.nexts < count)
      throw new Error(`ended instead: ${JSON.stringify(this.exit)} ${this.stdout} ${this.stderr}`)
  }

  /**
   * Gives the runtime an event, waits for its answer.
   * @returns {Promise<Request>} the POST to /response or /error
   */
  async invoke(body, headers, id = `id-${this.nexts}`) {
    await this.ready(this.nexts || 1)
    const before = this.posts.length
    this.socket.write(
      eventResponse({ id, body: typeof body === 'string' ? body : JSON.stringify(body), headers }),
    )
    await this.until(() => this.posts.length > before || this.exit, 'an answer')
    const answer = this.posts[before]
    if (answer === undefined)
      throw new Error(`no answer: ${JSON.stringify(this.exit)} ${this.stdout} ${this.stderr}`)
    return answer
  }

  /** Waits for the process to end by itself. */
  async ended() {
    return this.until(() => this.exit, 'the end of the process')
  }

  async stop() {
    this.child.kill('SIGKILL')
    await this.ended()
    this.server?.close()
    this.socket?.destroy()
  }
}
