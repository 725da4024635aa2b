import { Buffer } from 'node:buffer'
import type { Invocation } from './invocation.ts'
import { responseBytesMax, streamedBytesMax } from './limits.ts'

/**
 * The streamed answer to one invocation: passed on as it comes to a caller who takes it so, kept for one who waits for
 * the whole of it. Beyond its limit it is counted alone.
 */
export class ResponseStream {
  readonly #invocation: Invocation
  readonly #bytesMax: number
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(invocation: Invocation, contentType: string | undefined) {
    const { stream } = invocation.request
    this.#invocation = invocation
    this.#bytesMax = stream ? streamedBytesMax : responseBytesMax
    stream?.start(contentType)
  }

  /** @returns a promise when the caller has to catch up first */
  push(chunk: Buffer): Promise<void> | undefined {
    const { stream } = this.#invocation.request
    const room = Math.max(0, this.#bytesMax - this.#bytes)
    this.#bytes += chunk.length
    if (stream) return room === 0 ? undefined : stream.write(chunk.subarray(0, room))
    if (this.#bytes > this.#bytesMax) this.#chunks = []
    else this.#chunks.push(chunk)
    return undefined
  }

  settle(): void {
    if (this.#bytes > this.#bytesMax) this.#invocation.failTooLarge(this.#bytes, this.#bytesMax)
    else this.#invocation.succeed(Buffer.concat(this.#chunks))
  }
}
