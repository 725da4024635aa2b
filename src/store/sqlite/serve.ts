/** The loop of a database thread: one reply for each request, in order. */
import { parentPort } from 'node:worker_threads'

import { assert } from '../../kernel/assert.ts'
import { describeFailure } from './failure.ts'
import type { DatabaseReply, LifeRequest } from './protocol.ts'

/** What a thread does between `open` and `close`. What it throws becomes a `Failure`. */
export interface Handler<Work> {
  handle(request: Work): unknown
  close(): void
}

export function serve<Work extends { readonly kind: string }>(
  file: string,
  open: () => Handler<Work>,
): void {
  const port = parentPort
  assert(port !== null, 'a database thread is started as a worker')
  let handler: Handler<Work> | undefined

  const answer = (request: Work | LifeRequest): unknown => {
    if (isLife(request)) {
      if (request.kind === 'open') handler = open()
      else handler?.close()
      return undefined
    }
    assert(handler !== undefined, 'a database thread is opened first')
    return handler.handle(request)
  }

  port.on('message', (request: Work | LifeRequest) => {
    let reply: DatabaseReply
    try {
      reply = { value: answer(request) }
    } catch (error) {
      reply = { failure: describeFailure(error, file) }
    }
    port.postMessage(reply)
    if (request.kind === 'close') port.close()
  })
}

function isLife(request: { readonly kind: string }): request is LifeRequest {
  return request.kind === 'open' || request.kind === 'close'
}
