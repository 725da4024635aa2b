import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { bufferedBytesMax, requestBytesMax } from './limits.ts'

/** Counts the bodies in memory, so that many large uploads at once cannot exhaust it. */
export class BodyBudget {
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax = bufferedBytesMax) {
    this.#bytesMax = bytesMax
  }

  /** What is taken now. */
  get bytes(): number {
    return this.#bytes
  }

  /** False when there is no room for so many more. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false
    this.#bytes += bytes
    return true
  }

  release(bytes: number): void {
    this.#bytes -= bytes
  }
}

export interface Body {
  readonly bytes: Buffer
  /** It was longer than any operation takes; `bytes` is empty then. */
  readonly tooLarge: boolean
}

const empty: Body = { bytes: Buffer.alloc(0), tooLarge: false }
const tooLarge: Body = { bytes: Buffer.alloc(0), tooLarge: true }

/**
 * Reads a request's body to its end, also one that is refused: a client that still sends would not see the answer.
 * What it returns counts against the budget until it is released.
 * `gone`: the client went away; `no room`: the budget is used up.
 */
export function readBody(
  request: IncomingMessage,
  budget: BodyBudget,
): Promise<Body | 'gone' | 'no room'> | Body {
  if (request.headers['content-length'] === '0' || !hasBody(request)) {
    request.resume()
    return empty
  }
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let length = 0
    let refused: typeof tooLarge | 'no room' | undefined
    const refuse = (why: typeof tooLarge | 'no room'): void => {
      refused = why
      chunks = []
      budget.release(length)
      length = 0
    }
    if (Number(request.headers['content-length']) > requestBytesMax) refuse(tooLarge)
    request.on('data', (chunk: Buffer) => {
      if (refused) return
      if (length + chunk.length > requestBytesMax) refuse(tooLarge)
      else if (!budget.take(chunk.length)) refuse('no room')
      else {
        length += chunk.length
        chunks.push(chunk)
      }
    })
    request.on('end', () => resolve(refused ?? { bytes: join(chunks), tooLarge: false }))
    request.on('close', () => {
      if (request.complete) return
      budget.release(length)
      resolve('gone')
    })
    request.on('error', () => undefined)
  })
}

function hasBody(request: IncomingMessage): boolean {
  return (
    request.headers['content-length'] !== undefined ||
    request.headers['transfer-encoding'] !== undefined
  )
}

function join(chunks: Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}
