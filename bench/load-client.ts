/**
 * The load client: a process of its own that sends prepared requests and times the answers.
 *
 * What it is not: an HTTP client. It writes bytes made beforehand and reads no more of an answer than its status,
 * its length and its body, so that on a small machine the servers, not it, are what is measured.
 * Invariant: an answer that is not 200 with the expected body is a failure and never a sample. Closed loop: each
 * connection has one request under way. Called by: load.ts, over IPC. Read next: rows/warm.ts.
 */
import net from 'node:net'

export interface LoadJob {
  readonly port: number
  /** One connection each: the requests it sends, in turn, as they go over the wire. */
  readonly connections: readonly (readonly Uint8Array[])[]
  /** Its length alone where no two answers are the same: those of several functions, those that hold a link. */
  readonly expectedBody: Uint8Array | { readonly bytes: number }
  /** Checked, but not timed. */
  readonly warmupMs: number
  readonly durationMs: number
  /** Ends each connection after so many requests; for measuring a single one. */
  readonly requestsMax?: number
}

export interface LoadResult {
  /** One per answer within the measured time. */
  readonly latenciesMs: Float64Array
  readonly elapsedMs: number
  /** Of the warm-up, too. */
  readonly failures: number
  /** What was wrong with the first of them. */
  readonly firstFailure: string | undefined
}

const samplesMax = 1 << 20
/** An answer that takes longer is a failure, and the end of its connection. */
const patienceMs = 40_000
/** What is read of the socket at once. Longer answers are put together. */
const readBytes = 64 * 1024

const samples = new Float64Array(samplesMax)

class Run {
  readonly job: LoadJob
  readonly #expectedBody: LoadJob['expectedBody']
  measureFromMs = 0
  untilMs = 0
  sampleCount = 0
  failures = 0
  firstFailure: string | undefined
  lastAnswerMs = 0

  constructor(job: LoadJob) {
    this.job = job
    this.#expectedBody = job.expectedBody
  }

  isExpected(body: Buffer): boolean {
    const expected = this.#expectedBody
    return 'bytes' in expected ? body.length === expected.bytes : body.equals(expected)
  }

  fail(reason: string): void {
    this.failures += 1
    this.firstFailure ??= reason
  }

  succeed(sentMs: number, nowMs: number): void {
    if (sentMs < this.measureFromMs) return
    if (this.sampleCount === samplesMax) throw new Error(`more than ${samplesMax} samples in a run`)
    samples[this.sampleCount] = nowMs - sentMs
    this.sampleCount += 1
    this.lastAnswerMs = nowMs
  }

  async execute(): Promise<LoadResult> {
    const connections = await Promise.all(
      this.job.connections.map((requests) => Connection.open(this, requests)),
    )
    const startMs = performance.now()
    this.measureFromMs = startMs + this.job.warmupMs
    this.untilMs = this.measureFromMs + this.job.durationMs
    await Promise.all(connections.map((connection) => connection.loop()))
    return {
      latenciesMs: samples.slice(0, this.sampleCount),
      elapsedMs: this.lastAnswerMs - this.measureFromMs,
      failures: this.failures,
      firstFailure: this.firstFailure,
    }
  }
}

class Connection {
  readonly #run: Run
  readonly #requests: readonly Uint8Array[]
  readonly #socket: net.Socket
  /** The part of an answer that has come so far. */
  #partial: Buffer | undefined
  #sent = 0
  #sentMs = 0
  #done = Promise.withResolvers<void>()

  private constructor(run: Run, requests: readonly Uint8Array[], opened: () => void) {
    this.#run = run
    this.#requests = requests
    this.#socket = net.connect(
      {
        host: '127.0.0.1',
        port: run.job.port,
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafe(readBytes),
          callback: (length, buffer) => {
            this.#onBytes((buffer as Buffer).subarray(0, length))
            return true
          },
        },
      },
      opened,
    )
    this.#socket.setTimeout(patienceMs, () => this.#socket.destroy(new Error('no answer in time')))
    this.#socket.once('error', (error) => {
      run.fail(error.message)
      opened()
    })
    this.#socket.once('end', () => run.fail('the server closed the connection'))
    this.#socket.once('close', () => this.#done.resolve())
  }

  static open(run: Run, requests: readonly Uint8Array[]): Promise<Connection> {
    return new Promise((resolve) => {
      const connection: Connection = new Connection(run, requests, () => resolve(connection))
    })
  }

  /** Resolves when its time is over and the last answer has come. */
  loop(): Promise<void> {
    if (!this.#socket.destroyed) this.#send(performance.now())
    return this.#done.promise
  }

  #send(nowMs: number): void {
    const { requestsMax = Infinity } = this.#run.job
    if (nowMs >= this.#run.untilMs || this.#sent >= requestsMax) {
      this.#socket.removeAllListeners('end').destroy()
      return
    }
    const request = this.#requests[this.#sent % this.#requests.length] as Uint8Array
    this.#sent += 1
    this.#sentMs = nowMs
    this.#socket.write(request)
  }

  #onBytes(bytes: Buffer): void {
    const all = this.#partial ? Buffer.concat([this.#partial, bytes]) : bytes
    const headBytes = all.indexOf('\r\n\r\n') + 4
    if (headBytes < 4) {
      this.#partial = Buffer.from(all)
      return
    }
    const head = all.toString('latin1', 0, headBytes)
    const length = Number(/\r\ncontent-length: *(\d+)\r/i.exec(head)?.[1] ?? NaN)
    if (all.length < headBytes + length) {
      this.#partial = Buffer.from(all)
      return
    }
    this.#partial = undefined
    const nowMs = performance.now()
    // NaN, a length nobody told, ends up here: the body cannot be the expected one.
    const body = all.subarray(headBytes, Number.isNaN(length) ? headBytes : undefined)
    if (head.startsWith('HTTP/1.1 200 ') && this.#run.isExpected(body)) {
      this.#run.succeed(this.#sentMs, nowMs)
    } else {
      this.#run.fail(all.toString('latin1', 0, 1000))
    }
    // Without a length there is no telling where the next answer begins.
    if (Number.isNaN(length)) this.#socket.destroy()
    else this.#send(nowMs)
  }
}

process.on('message', (job: LoadJob) => {
  void new Run(job).execute().then((result) => process.send?.(result))
})
// Whoever started it is gone.
process.once('disconnect', () => process.exit())
