/**
 * The log of one execution environment: its process's output and the platform's lines, in one stream,
 * with the tail of the running invocation kept for callers who asked for it.
 * Invariant: the output is held to a budget (log-budget.ts) and the log says what was left out; the platform's own
 * lines are never left out.
 */
import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import type { LogWriter, RunnableVersion } from '../../kernel/ports.ts'
import type { Invocation } from '../invocation.ts'
import { logTailBytesMax } from '../limits.ts'
import { type DropCounters, LogBudget } from './log-budget.ts'
import { OutputDecoder } from './output-decoder.ts'
import { type LineSink, PlatformLog } from './platform-log.ts'

const applicationLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

export class EnvironmentLog implements LineSink {
  /** The platform's own lines. */
  readonly platform: PlatformLog
  readonly #writer: LogWriter
  readonly #clock: Clock
  readonly #budget: LogBudget
  readonly #decoders: OutputDecoder[] = []
  /** Index in `applicationLevels`; only JSON logs are filtered. */
  readonly #levelMin: number
  #tail: string[] | undefined
  #tailChars = 0
  #closed = false

  constructor(writer: LogWriter, version: RunnableVersion, clock: Clock, drops: DropCounters) {
    this.platform = new PlatformLog(version, this, clock)
    this.#writer = writer
    this.#clock = clock
    this.#budget = new LogBudget(clock, drops)
    this.#levelMin =
      version.logFormat === 'JSON'
        ? applicationLevels.indexOf(version.applicationLogLevel ?? 'INFO')
        : 0
  }

  /** Reads a stream of the process to its end. */
  read(stream: Readable): void {
    const decoder = new OutputDecoder(
      (message, timestampMs) => {
        if (this.#isWanted(message)) this.#output(timestampMs, message)
      },
      // Before it is text, and before its level is known: a flood must not even cost that.
      (bytes) => this.#budget.admits(bytes),
    )
    this.#decoders.push(decoder)
    stream.on('data', (chunk: Buffer) => {
      this.#budget.refill()
      decoder.push(chunk)
    })
    stream.on('end', () => decoder.flush())
    stream.on('error', () => undefined)
  }

  #output(timestampMs: number | undefined, message: string): void {
    this.#tellDropped()
    this.#budget.spend(Buffer.byteLength(message))
    this.line(this.#plausible(timestampMs), message)
  }

  line(timestampMs: number, text: string): void {
    if (this.#closed) return
    // Events keep their line end, as GetLogEvents shows them on AWS.
    const event = text.endsWith('\n') ? text : text + '\n'
    this.#writer.write(timestampMs, event)
    if (!this.#tail) return
    this.#tail.push(event)
    this.#tailChars += event.length
    // Keeps what can still be among the last 4 KB: a character is at least a byte.
    while (this.#tailChars - (this.#tail[0] as string).length > logTailBytesMax) {
      this.#tailChars -= (this.#tail.shift() as string).length
    }
  }

  beginInvocation(invocation: Invocation): void {
    this.#tail = invocation.request.tail ? [] : undefined
    this.#tailChars = 0
  }

  /** The last 4 KB of the invocation's log, or undefined when nobody asked. */
  endInvocation(): Uint8Array | undefined {
    if (!this.#tail) return undefined
    const bytes = Buffer.from(this.#tail.join(''))
    this.#tail = undefined
    return bytes.subarray(Math.max(0, bytes.length - logTailBytesMax))
  }

  /** Output that still waits for its line end becomes an event: the invocation is over. */
  flush(): void {
    for (const decoder of this.#decoders) decoder.flush()
    this.#tellDropped()
  }

  close(): void {
    this.flush()
    this.#closed = true
  }

  /** Once for each gap, where it ends: at the next line that is kept, or with the invocation. */
  #tellDropped(): void {
    const dropped = this.#budget.takeDropped()
    if (dropped) this.platform.logsDropped(dropped)
  }

  /** The process tells the time of a framed message; nonsense is replaced by our own clock. */
  #plausible(timestampMs: number | undefined): number {
    const nowMs = this.#clock.nowMs()
    if (timestampMs === undefined || Math.abs(nowMs - timestampMs) > 60_000) return nowMs
    return timestampMs
  }

  #isWanted(message: string): boolean {
    if (this.#levelMin === 0 || message.charCodeAt(0) !== 123) return true
    try {
      const { level } = JSON.parse(message) as { level?: unknown }
      const index = typeof level === 'string' ? applicationLevels.indexOf(level.toUpperCase()) : -1
      return index < 0 || index >= this.#levelMin
    } catch {
      return true
    }
  }
}
