/**
 * Turns what a function's process writes into log events.
 *
 * Plain output is one event a line. Our bootstraps, like AWS's managed runtimes, frame messages so that one
 * call of `console.log` stays one event whatever line ends it holds:
 *
 *   4 bytes type 0xa55a00xx | 4 bytes length | 8 bytes Unix time in microseconds | the message
 *
 * all big-endian. 0xa5 cannot begin UTF-8 text, so frames and raw lines mix safely in one stream.
 * Invariant: memory is bounded by one event; a longer line becomes several events. What is not admitted is found, and
 * no more: it never becomes text.
 */
import { Buffer } from 'node:buffer'
import { logEventBytesMax } from '../limits.ts'

const frameHeaderBytes = 16
const frameMark = 0xa55a

/** @param timestampMs undefined when the event does not tell its own time. */
export type EventListener = (message: string, timestampMs: number | undefined) => void

export class OutputDecoder {
  readonly #onEvent: EventListener
  readonly #admits: (bytes: number) => boolean
  #pending: Buffer[] = []
  #pendingBytes = 0

  /** @param admits is asked for each event whether it is wanted at all. */
  constructor(onEvent: EventListener, admits: (bytes: number) => boolean = () => true) {
    this.#onEvent = onEvent
    this.#admits = admits
  }

  push(chunk: Buffer): void {
    // A long line that drips in is not searched again from its start: only a complete event joins the pieces.
    if (this.#pendingBytes > 0 && !this.#completes(chunk)) {
      this.#keep(chunk)
      return
    }
    const input = this.#pendingBytes === 0 ? chunk : Buffer.concat([...this.#pending, chunk])
    this.#pending = []
    this.#pendingBytes = 0
    // By offset: a slice for each line would cost more than finding it.
    for (let at = 0; at < input.length;) {
      const used = this.#take(input, at)
      if (used === 0) {
        this.#keep(input.subarray(at))
        return
      }
      at += used
    }
  }

  /** The stream has ended, or the invocation has: what waits for its line end is an event of its own. */
  flush(): void {
    if (this.#pendingBytes === 0) return
    const rest = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    this.#emit(rest, 0, rest.length, undefined)
  }

  #keep(chunk: Buffer): void {
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
  }

  /** Whether `chunk` can complete the event that waits. */
  #completes(chunk: Buffer): boolean {
    const total = this.#pendingBytes + chunk.length
    if (total >= logEventBytesMax) return true
    const first = this.#pending[0] as Buffer
    if (first[0] !== frameMark >> 8) return chunk.includes(10)
    if (first.length < frameHeaderBytes) return total >= frameHeaderBytes
    return total >= frameHeaderBytes + first.readUInt32BE(4)
  }

  /** Emits the event that begins at `from`; how many bytes that took, 0 when it is not complete. */
  #take(input: Buffer, from: number): number {
    if (input[from] === frameMark >> 8) {
      if (input.length - from < frameHeaderBytes) return 0
      const length = input.readUInt32BE(from + 4)
      if (input.readUInt16BE(from) === frameMark && length <= logEventBytesMax - frameHeaderBytes) {
        const text = from + frameHeaderBytes
        const end = text + length
        if (input.length < end) return 0
        const micros = input.readBigUInt64BE(from + 8)
        this.#emit(input, text, end, Number(micros / 1000n))
        return end - from
      }
    }
    const newline = input.indexOf(10, from)
    if (newline >= 0 && newline - from <= logEventBytesMax) {
      this.#emit(input, from, newline, undefined)
      return newline - from + 1
    }
    if (input.length - from < logEventBytesMax) return 0
    this.#emit(input, from, from + logEventBytesMax, undefined)
    return logEventBytesMax
  }

  #emit(input: Buffer, from: number, to: number, timestampMs: number | undefined): void {
    const end = to > from && input[to - 1] === 13 ? to - 1 : to
    // CloudWatch Logs takes no empty events.
    if (end > from && this.#admits(end - from)) {
      this.#onEvent(input.toString('utf8', from, end), timestampMs)
    }
  }
}
