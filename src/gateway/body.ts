import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { bufferedBytesMax, requestBytesMax } from './limits.ts'

/** Counts the bodies in memory, so that many large uploads at once cannot exhaust it. */
export class BodyBudget {
  #bytes = 0

  /** False when there is no room for so many more. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > bufferedBytesMax) return false
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

/**
 * Reads a request's body to its end. What it returns counts against the budget until it is released.
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
    let taken = 0
    let full = false
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (full || length > requestBytesMax) {
        chunks = []
      } else if (budget.take(chunk.length)) {
        taken += chunk.length
        chunks.push(chunk)
      } else {
        full = true
        chunks = []
      }
    })
    request.on('end', () => {
      const whole = !full && length <= requestBytesMax
      if (!whole) budget.release(taken)
      if (full) resolve('no room')
      else if (!whole) resolve({ bytes: empty.bytes, tooLarge: true })
      else resolve({ bytes: join(chunks), tooLarge: false })
    })
    request.on('close', () => {
      if (request.complete) return
      budget.release(taken)
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
