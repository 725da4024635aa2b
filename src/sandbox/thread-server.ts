/** The thread's end of thread-client.ts: each request has one reply with its number. */
import { parentPort } from 'node:worker_threads'
import { assert } from '../kernel/assert.ts'
import { SandboxStartError } from './sandbox.ts'

export type Reply = { readonly number: number } & (
  | { readonly value: unknown }
  /** Words; `isStart` when they are for the terminal. */
  | { readonly failure: string; readonly isStart: boolean }
)

interface Asked<Request> {
  readonly number: number
  readonly request: Request
}

/** Begins to answer, for as long as the thread is there. Requests that wait do not hold up later ones. */
export function answerWith<Request>(handle: (request: Request) => unknown): void {
  assert(parentPort !== null, 'this is the entry of a thread')
  const port = parentPort
  port.on('message', (asked: Asked<Request>) => {
    void replyTo(asked, handle).then((reply) => port.postMessage(reply))
  })
}

async function replyTo<Request>(
  { number, request }: Asked<Request>,
  handle: (request: Request) => unknown,
): Promise<Reply> {
  try {
    return { number, value: await handle(request) }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return { number, failure, isStart: error instanceof SandboxStartError }
  }
}
