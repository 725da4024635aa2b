/**
 * Is a payload JSON? Lambda refuses what is not, before the function sees it.
 *
 * Small payloads are parsed where we stand: that is cheaper than asking anyone. A large one would hold up every
 * other invocation for tens of milliseconds, so a thread of its own looks at it.
 */
import { Buffer, isUtf8 } from 'node:buffer'
import { Worker } from 'node:worker_threads'
import { ServiceError } from '../../kernel/errors.ts'
import { jsonTrouble } from './json-trouble.ts'

/** Parsing this much takes about 0.2 ms. */
const inlineBytesMax = 64 * 1024
/** Payloads that wait for the thread; more are refused. */
const waitingMax = 256

export class PayloadChecker implements AsyncDisposable {
  #worker: Worker | undefined
  #nextId = 0
  readonly #waiting = new Map<number, (trouble: string | undefined) => void>()

  /** What is wrong, in the words of the service's parser; undefined when it is JSON. */
  check(payload: Uint8Array): string | undefined | Promise<string | undefined> {
    if (payload.length > inlineBytesMax) return this.#ask(payload)
    return checkInline(payload)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
    this.#settleAll()
  }

  #ask(payload: Uint8Array): Promise<string | undefined> {
    if (this.#waiting.size >= waitingMax) {
      throw new ServiceError('ServiceException', 'Too many large payloads at once; try again.', {
        status: 503,
      })
    }
    const worker = (this.#worker ??= this.#start())
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      worker.postMessage({ id, payload })
    })
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./payload-worker.${extension}`, import.meta.url))
    worker.unref()
    worker.on('message', ({ id, trouble }: { id: number; trouble: string | undefined }) => {
      const resolve = this.#waiting.get(id)
      this.#waiting.delete(id)
      resolve?.(trouble)
    })
    worker.on('error', () => {
      this.#worker = undefined
      this.#settleAll()
    })
    return worker
  }

  /** The thread is gone: what it had not looked at goes to the function unchecked rather than nowhere. */
  #settleAll(): void {
    for (const resolve of this.#waiting.values()) resolve(undefined)
    this.#waiting.clear()
  }
}

export function checkInline(payload: Uint8Array): string | undefined {
  const text = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (!isUtf8(text)) return jsonTrouble(text)
  try {
    JSON.parse(text.toString())
    return undefined
  } catch {
    return jsonTrouble(text)
  }
}
