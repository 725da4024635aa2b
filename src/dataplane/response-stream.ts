import { Buffer } from 'node:buffer'
import type { Invocation } from './invocation.ts'
import { responseBytesMax } from './limits.ts'

/** A streamed answer of a caller who waits for the whole of it: kept up to the limit, counted beyond. */
export class ResponseStream {
  #chunks: Buffer[] = []
  #bytes = 0

  push(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > responseBytesMax) this.#chunks = []
    else this.#chunks.push(chunk)
  }

  settle(invocation: Invocation): void {
    if (this.#bytes > responseBytesMax) invocation.failTooLarge(this.#bytes)
    else invocation.succeed(Buffer.concat(this.#chunks))
  }
}
