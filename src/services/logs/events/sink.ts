/**
 * Where functions' log lines go: into memory at once, from there to the store in batches.
 *
 * `write` is on the path of every invocation. It pushes onto two arrays and adds a number; what a line costs
 * beyond that (encoding, SQL, a sync) is shared by all lines of a flush, at most `flushIntervalMs` later.
 *
 * Not a promise of durability: a kill -9 loses the lines of the last flush interval. Readers flush first, so
 * whoever asks sees every line written before.
 * Invariant: never more than `bufferedBytesMax` wait; what does not fit is dropped, counted, and told to the
 * stream concerned and to lambdad's log. Lines of one stream are stored in the order they were written.
 * Called by the data plane. Read next: chunk.ts, tables.ts.
 */
import type { Scope } from '../../../kernel/brand.ts'
import type { Clock, Timer } from '../../../kernel/clock.ts'
import type { Log } from '../../../kernel/log.ts'
import { Counter } from '../../../kernel/metrics.ts'
import type { LogSink, LogWriter } from '../../../kernel/ports.ts'
import { type Store, StoreError } from '../../../store/store.ts'
import {
  bufferedBytesMax,
  flushBytesMax,
  flushEarlyBytes,
  flushIntervalMs,
  flushRetryMs,
  lineOverheadBytes,
  losingStreamsMax,
  streamsOpenedMax,
} from '../limits.ts'
import { openStream } from '../streams.ts'
import type { LogsTables } from '../tables.ts'
import { LiveTails } from '../live-tail/live-tails.ts'
import { encodeChunks } from './chunk.ts'
import { timestampMax } from './position.ts'
import { ChunkAppender, type EventTables, type NewChunk } from './tables.ts'

/** Lines taken out of a stream's buffer, on their way to the store. */
interface Batch {
  readonly buffer: StreamBuffer
  readonly times: number[]
  readonly messages: string[]
  readonly bytes: number
}

export interface SinkOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** Less than `bufferedBytesMax`, for tests. */
  readonly bytesMax?: number
  /** Lines that were dropped. */
  readonly lost?: Counter
  /** Told of every line that was stored. */
  readonly tails?: LiveTails
}

export class DurableSink implements LogSink, AsyncDisposable {
  readonly #store: Store
  readonly #clock: Clock
  readonly #log: Log
  readonly #appender: ChunkAppender
  readonly #bytesMax: number
  readonly #lost: Counter
  readonly #tails: LiveTails
  #bytes = 0
  /** With lines that no round has taken yet. */
  #dirty: StreamBuffer[] = []
  readonly #losing = new Set<StreamBuffer>()
  #linesLost = 0
  #timer: Timer | undefined
  #isHurried = false
  #round: Promise<void> | undefined
  #nextRound: Promise<void> | undefined
  #isFailing = false
  #closed = false

  constructor(options: SinkOptions) {
    const { store, clock, log, bytesMax = bufferedBytesMax, lost = new Counter() } = options
    this.#store = store
    this.#clock = clock
    this.#log = log
    this.#bytesMax = bytesMax
    this.#lost = lost
    this.#tails = options.tails ?? new LiveTails()
    this.#appender = new ChunkAppender(store.reader<EventTables>())
  }

  /** What waits, as `bytesMax` counts. */
  get bufferedBytes(): number {
    return this.#bytes
  }

  open(scope: Scope, group: string, stream: string): LogWriter {
    return new StreamBuffer(this, scope, group, stream)
  }

  /**
   * Resolves when every line written before the call is stored, or the store has refused to (which is in the
   * log, and the lines are kept). Never rejects.
   */
  flush(): Promise<void> {
    // A round that runs may have passed by the caller's lines: those of the next one are all taken.
    if (this.#round) {
      this.#nextRound ??= this.#round.then(() => this.#round ?? this.#startRound())
      return this.#nextRound
    }
    return this.#dirty.length === 0 ? Promise.resolve() : this.#startRound()
  }

  /** Stores what is there, and takes nothing more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
    // The first may have made room for the lines that tell of losses.
    await this.flush()
    this.#closed = true
    this.#timer?.cancel()
    if (this.#bytes > 0) {
      const lines = this.#dirty.reduce((sum, buffer) => sum + buffer.lines, 0)
      this.#log.error({ lines }, 'log lines are lost: the store did not take them before the end')
    }
  }

  /** Makes room for one line. @returns false when there is none: the line is dropped and counted. */
  admit(buffer: StreamBuffer, chars: number): boolean {
    const bytes = this.#bytes + chars + lineOverheadBytes
    if (bytes > this.#bytesMax || this.#closed) {
      this.#lose(buffer)
      return false
    }
    this.#bytes = bytes
    if (!buffer.isDirty) this.#enqueue(buffer)
    if (bytes > flushEarlyBytes && !this.#isHurried) this.#hurry()
    return true
  }

  #enqueue(buffer: StreamBuffer): void {
    buffer.isDirty = true
    this.#dirty.push(buffer)
    this.#arm(flushIntervalMs)
  }

  #arm(delayMs: number): void {
    if (this.#round || this.#closed) return
    this.#timer ??= this.#clock.after(delayMs, () => {
      this.#timer = undefined
      void this.flush()
    })
  }

  #hurry(): void {
    this.#isHurried = true
    if (this.#round || this.#isFailing) return
    this.#timer?.cancel()
    this.#timer = undefined
    this.#arm(0)
  }

  #lose(buffer: StreamBuffer): void {
    this.#linesLost += 1
    this.#lost.value += 1
    buffer.lost += 1
    if (this.#losing.size < losingStreamsMax) this.#losing.add(buffer)
  }

  #startRound(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#nextRound = undefined
    this.#round = this.#runRound().finally(() => {
      this.#round = undefined
      this.#isHurried = false
      if (this.#dirty.length > 0) this.#arm(this.#delayMs())
    })
    return this.#round
  }

  #delayMs(): number {
    if (this.#isFailing) return flushRetryMs
    return this.#bytes > flushEarlyBytes ? 0 : flushIntervalMs
  }

  async #runRound(): Promise<void> {
    const left = this.#dirty
    this.#dirty = []
    for (const buffer of left) {
      buffer.isDirty = false
      // What is written from now on is the next round's, or a busy stream would keep this one from ending.
      buffer.dueLines = buffer.lines
    }
    while (left.length > 0) {
      const batches = takeBatches(left)
      try {
        await this.#append(batches)
      } catch (error) {
        for (const batch of batches) batch.buffer.giveBack(batch)
        this.#retryLater([...batches.map((batch) => batch.buffer), ...left])
        this.#failed(error)
        return
      }
      this.#bytes -= batches.reduce((sum, batch) => sum + batch.bytes, 0)
      this.#succeeded()
    }
  }

  #retryLater(buffers: readonly StreamBuffer[]): void {
    for (const buffer of buffers) buffer.isDirty = true
    this.#dirty = [...new Set([...buffers, ...this.#dirty])]
  }

  async #append(batches: readonly Batch[]): Promise<void> {
    const ingestionMs = this.#clock.nowMs()
    const encoded = batches.map(({ times, messages }) => encodeChunks(times, messages))
    const write = async (): Promise<void> => {
      const opened = await this.#openStreams(batches)
      const chunks = encoded.flatMap((ofStream, index): NewChunk[] => {
        const { streamId, groupId } = opened[index] as OpenedStream
        return ofStream.map((chunk) => ({ streamId, groupId, ingestionMs, chunk }))
      })
      await this.#store.write('LOGS:APPEND', this.#appender.statements(chunks))
    }
    try {
      await write()
    } catch (error) {
      if (!(error instanceof StoreError && error.reason === 'constraint')) throw error
      // A stream was deleted under a running function: as on AWS, it and its group come back.
      for (const { buffer } of batches) buffer.opened = undefined
      await write()
    }
    for (const { buffer, times, messages } of batches) {
      const { scope, group, stream } = buffer
      this.#tails.tell({ scope, group, stream, times, messages, ingestionMs })
    }
  }

  async #openStreams(batches: readonly Batch[]): Promise<OpenedStream[]> {
    const unopened = batches.filter(({ buffer }) => !buffer.opened)
    if (unopened.length > 0) {
      const nowMs = this.#clock.nowMs()
      const opened = await this.#store.transaction<LogsTables, OpenedStream[]>(
        'LOGS:OPEN_STREAMS',
        async (db) => {
          const streams: OpenedStream[] = []
          for (const { buffer } of unopened) {
            const { scope, group, stream } = buffer
            const { id, groupId } = await openStream(db, scope, group, stream, nowMs)
            streams.push({ streamId: id, groupId })
          }
          return streams
        },
      )
      for (const [index, { buffer }] of unopened.entries()) buffer.opened = opened[index]
    }
    return batches.map(({ buffer }) => buffer.opened as OpenedStream)
  }

  #failed(error: unknown): void {
    if (!this.#isFailing) {
      this.#log.warn(
        { error, bufferedBytes: this.#bytes },
        'log lines cannot be stored and wait in memory; further ones are dropped when it is full',
      )
    }
    this.#isFailing = true
  }

  #succeeded(): void {
    if (this.#isFailing) this.#log.info({}, 'log lines can be stored again')
    this.#isFailing = false
    if (this.#linesLost === 0 || this.#bytes > this.#bytesMax / 2 || this.#closed) return
    this.#log.warn(
      { lines: this.#linesLost },
      'log lines were dropped: too many waited to be stored',
    )
    this.#linesLost = 0
    const losing = [...this.#losing]
    this.#losing.clear()
    for (const buffer of losing) {
      const { lost } = buffer
      buffer.lost = 0
      buffer.write(
        this.#clock.nowMs(),
        `lambdad: ${lost} log line(s) of this stream were dropped: too many waited to be stored`,
      )
    }
  }
}

/** What one write to the store takes. Streams that are done leave the list. */
function takeBatches(left: StreamBuffer[]): Batch[] {
  const batches: Batch[] = []
  let bytes = 0
  while (left.length > 0 && bytes < flushBytesMax && batches.length < streamsOpenedMax) {
    const buffer = left[0] as StreamBuffer
    if (buffer.dueLines > 0) {
      const batch = buffer.take(flushBytesMax - bytes)
      bytes += batch.bytes
      batches.push(batch)
    }
    if (buffer.dueLines === 0) left.shift()
  }
  return batches
}

interface OpenedStream {
  readonly streamId: string
  readonly groupId: string
}

/** The lines of one stream that wait. */
class StreamBuffer implements LogWriter {
  readonly scope: Scope
  readonly group: string
  readonly stream: string
  /** Listed for the next round. */
  isDirty = false
  /** Lines that the running round has still to take. */
  dueLines = 0
  lost = 0
  /** Undefined until the first flush, and after the stream was deleted. */
  opened: OpenedStream | undefined
  readonly #sink: DurableSink
  #times: number[] = []
  #messages: string[] = []

  constructor(sink: DurableSink, scope: Scope, group: string, stream: string) {
    this.#sink = sink
    this.scope = scope
    this.group = group
    this.stream = stream
  }

  get lines(): number {
    return this.#times.length
  }

  write(timestampMs: number, message: string): void {
    if (!this.#sink.admit(this, message.length)) return
    // A time that is none must not keep the lines of everyone from being stored.
    const isTime = timestampMs >= 0 && timestampMs < timestampMax
    this.#times.push(isTime ? Math.floor(timestampMs) : 0)
    this.#messages.push(message)
  }

  /** Takes lines that are due from the front until they have `bytesMax`, at least one. */
  take(bytesMax: number): Batch {
    let bytes = 0
    let count = 0
    while (count < this.dueLines && bytes < bytesMax) {
      bytes += (this.#messages[count] as string).length + lineOverheadBytes
      count += 1
    }
    this.dueLines -= count
    if (count < this.#messages.length) {
      const times = this.#times.splice(0, count)
      return { buffer: this, times, messages: this.#messages.splice(0, count), bytes }
    }
    const batch = { buffer: this, times: this.#times, messages: this.#messages, bytes }
    this.#times = []
    this.#messages = []
    return batch
  }

  /** They were not stored: they are the first again. */
  giveBack({ times, messages }: Batch): void {
    this.#times = [...times, ...this.#times]
    this.#messages = [...messages, ...this.#messages]
  }
}
