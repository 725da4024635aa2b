/**
 * Turns what a function's process writes into log events.
 *
 * Plain output is one event a line. Our bootstraps, like AWS's managed runtimes, frame messages so that one
 * call of `console.log` stays one event whatever line ends it holds:
 *
 *   4 bytes type 0xa55a00xx | 4 bytes length | 8 bytes Unix time in microseconds | the message
 *
 * all big-endian. 0xa5 cannot begin UTF-8 text, so frames and raw lines mix safely in one stream.
 * Invariant: memory is bounded by one event; a longer line becomes several events.
 */
import { Buffer } from 'node:buffer'
import { logEventBytesMax } from '../limits.ts'

const frameHeaderBytes = 16
const frameMark = 0xa55a

/** @param timestampMs undefined when the event does not tell its own time. */
export type EventListener = (message: string, timestampMs: number | undefined) => void

export class OutputDecoder {
  readonly #onEvent: EventListener
  #pending: Buffer[] = []
  #pendingBytes = 0

  constructor(onEvent: EventListener) {
    this.#onEvent = onEvent
  }

  push(chunk: Buffer): void {
    // A long line that drips in is not searched again from its start: only a complete event joins the pieces.
    if (this.#pendingBytes > 0 && !this.#completes(chunk)) {
      this.#keep(chunk)
      return
    }
    let input = this.#pendingBytes === 0 ? chunk : Buffer.concat([...this.#pending, chunk])
    this.#pending = []
    this.#pendingBytes = 0
    while (input.length > 0) {
      const used = this.#take(input)
      if (used === 0) {
        this.#keep(input)
        return
      }
      input = input.subarray(used)
    }
  }

  /** The stream has ended, or the invocation has: what waits for its line end is an event of its own. */
  flush(): void {
    if (this.#pendingBytes === 0) return
    const rest = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    this.#emit(rest, undefined)
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

  /** Emits one event from the start of `input`; how many bytes that took, 0 when it is not complete. */
  #take(input: Buffer): number {
    if (input[0] === frameMark >> 8) {
      if (input.length < frameHeaderBytes) return 0
      const length = input.readUInt32BE(4)
      if (input.readUInt16BE(0) === frameMark && length <= logEventBytesMax - frameHeaderBytes) {
        const end = frameHeaderBytes + length
        if (input.length < end) return 0
        const micros = input.readBigUInt64BE(8)
        this.#emit(input.subarray(frameHeaderBytes, end), Number(micros / 1000n))
        return end
      }
    }
    const newline = input.indexOf(10)
    if (newline >= 0 && newline <= logEventBytesMax) {
      this.#emit(input.subarray(0, newline), undefined)
      return newline + 1
    }
    if (input.length < logEventBytesMax) return 0
    this.#emit(input.subarray(0, logEventBytesMax), undefined)
    return logEventBytesMax
  }

  #emit(bytes: Buffer, timestampMs: number | undefined): void {
    const end = bytes.length > 0 && bytes[bytes.length - 1] === 13 ? bytes.length - 1 : bytes.length
    // CloudWatch Logs takes no empty events.
    if (end > 0) this.#onEvent(bytes.toString('utf8', 0, end), timestampMs)
  }
}
