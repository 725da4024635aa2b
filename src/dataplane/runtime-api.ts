/**
 * The Runtime API (2018-06-01) of one execution environment, over any number of connections.
 *
 * What it is not: it does not know invocations' fates; it checks what a runtime says against the protocol's
 * states and passes it to the environment through `RuntimeEvents`.
 * Invariant: answers leave each connection in the order of its requests.
 * Called by: execution-environment.ts. Read next: http/reader.ts for the bytes.
 * Facts: AWS Lambda developer guide, "Using the Lambda runtime API"; texts as AWS's open agent prints them.
 */
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import { accepted, answer, errorAnswer } from './http/answers.ts'
import type { BodyPlan, RequestHead } from './http/reader.ts'
import { connectionsMax, responseBytesMax } from './limits.ts'
import { type ConnectionOwner, RuntimeConnection } from './runtime-connection.ts'

/** What a runtime tells us. Each is called at most once per invocation, in the protocol's order. */
export interface RuntimeEvents {
  /** The runtime waits for an event: initialisation is done, or the last invocation is. */
  onNext(): void
  /** A buffered answer. `body` is undefined when it was too large: `length` tells by how much. */
  onResponse(body: Buffer | undefined, length: number): void
  onStreamStart(contentType: string | undefined): void
  /** @returns a promise when the caller has to catch up first */
  onStreamChunk(chunk: Buffer): Promise<void> | undefined
  /** `errorType` and `errorBody` come from trailers when the stream broke off in the function. */
  onStreamEnd(errorType: string | undefined, errorBody: Buffer | undefined): void
  /** The handler failed. `body` goes to the caller unchanged. */
  onInvocationError(errorType: string, body: Buffer): void
  onInitError(errorType: string, body: Buffer): void
  /** The runtime broke the protocol in the middle of its answer: `Runtime.TruncatedResponse` and the like. */
  onBrokenResponse(errorType: string): void
}

/** What `/next` answers with. */
export interface RuntimeEvent {
  readonly requestId: string
  /** Unique for each attempt. */
  readonly invocationId: string
  readonly deadlineMs: number
  readonly invokedArn: string
  readonly traceId: string
  readonly clientContext: string | undefined
  readonly tenantId?: string | undefined
  readonly payload: Uint8Array
}

/** The names that AWS's agent gives these states in its error texts. */
type RuntimeState =
  | 'Started'
  | 'InitError'
  | 'Ready'
  | 'Running'
  | 'InvocationResponse'
  | 'InvocationErrorResponse'
  | 'ResponseSent'

const prefix = '/2018-06-01/runtime/'
/** Ours: AWS's runtimes learn their function at their start. */
const assignmentPath = '/2018-06-01/lambdad/assignment'

export class RuntimeApi implements ConnectionOwner {
  /** JSON for a runtime that has waited for its function: see sandbox-pool.ts. It is told once. */
  assignment: string | undefined
  readonly #events: RuntimeEvents
  readonly #connections = new Set<RuntimeConnection>()
  #state: RuntimeState = 'Started'
  #waiting: RuntimeConnection | undefined
  #active: RuntimeEvent | undefined
  #closed = false

  constructor(events: RuntimeEvents) {
    this.#events = events
  }

  attach(stream: Duplex): void {
    if (this.#closed || this.#connections.size >= connectionsMax) {
      stream.on('error', () => undefined)
      stream.destroy()
      return
    }
    this.#connections.add(new RuntimeConnection(stream, this))
  }

  /** Answers the waiting `/next`. Only while the runtime waits. */
  deliver(event: RuntimeEvent): void {
    const connection = this.#waiting
    if (!connection) return
    this.#waiting = undefined
    this.#active = event
    this.#state = 'Running'
    connection.answerNext(eventHead(event), event.payload)
  }

  /** Ends every connection; nothing is reported afterwards. */
  close(): void {
    this.#closed = true
    for (const connection of this.#connections) connection.destroy()
    this.#connections.clear()
    this.#waiting = undefined
  }

  planBody(connection: RuntimeConnection, head: RequestHead): BodyPlan {
    if (!isResponse(head)) return { bytesMax: responseBytesMax }
    if (head.header('lambda-runtime-function-response-mode') === undefined) {
      return { bytesMax: responseBytesMax }
    }
    if (this.#refuseAnswer(head) !== undefined) return { bytesMax: 0 }
    if (head.header('lambda-runtime-function-response-mode') !== 'streaming') return { bytesMax: 0 }
    this.#state = 'InvocationResponse'
    connection.streaming = true
    this.#events.onStreamStart(head.header('content-type'))
    return {
      bytesMax: 0,
      onChunk: (chunk) => {
        const room = this.#closed ? undefined : this.#events.onStreamChunk(chunk)
        if (room) connection.waitFor(room)
      },
    }
  }

  handle(
    connection: RuntimeConnection,
    head: RequestHead,
    body: Buffer | undefined,
    length: number,
    trailers: ReadonlyMap<string, string>,
  ): void {
    if (this.#closed) return
    const path = head.path
    if (head.method === 'GET') {
      if (path === '/2018-06-01/runtime/invocation/next') return this.#next(connection)
      if (path === assignmentPath && this.assignment !== undefined) return this.#assign(connection)
      if (path === '/2018-06-01/ping') return connection.answer(answer(200, 'pong', 'text/plain'))
    } else if (head.method === 'POST' && path.startsWith(prefix)) {
      if (path === '/2018-06-01/runtime/init/error') return this.#initError(connection, head, body)
      if (path.startsWith('invocation/', prefix.length)) {
        if (path.endsWith('/response')) {
          if (connection.streaming) return this.#streamEnd(connection, trailers)
          return this.#response(connection, head, body, length)
        }
        if (path.endsWith('/error')) return this.#invocationError(connection, head, body)
      }
    }
    connection.answer(answer(404, '404 page not found\n', 'text/plain'))
  }

  detached(connection: RuntimeConnection, truncated: RequestHead | undefined): void {
    this.#connections.delete(connection)
    if (this.#waiting === connection) this.#waiting = undefined
    if (this.#closed || truncated === undefined || !isResponse(truncated)) return
    const answering = connection.streaming || this.#refuseAnswer(truncated) === undefined
    if (answering) {
      this.#answered()
      this.#events.onBrokenResponse('Runtime.TruncatedResponse')
    }
  }

  #assign(connection: RuntimeConnection): void {
    const text = answer(200, this.assignment ?? '')
    this.assignment = undefined
    connection.answer(text)
  }

  #next(connection: RuntimeConnection): void {
    if (this.#state !== 'Started' && this.#state !== 'ResponseSent' && this.#state !== 'Ready') {
      connection.answer(this.#badTransition('Ready'))
      return
    }
    // A runtime that asks again while it waits has lost its first connection, or plays: the newest counts.
    if (this.#waiting && this.#waiting !== connection) this.#waiting.destroy()
    const wasWaiting = this.#state === 'Ready'
    this.#waiting = connection
    this.#state = 'Ready'
    connection.holdForNext()
    if (!wasWaiting) this.#events.onNext()
  }

  #response(
    connection: RuntimeConnection,
    head: RequestHead,
    body: Buffer | undefined,
    length: number,
  ): void {
    const refusal = this.#refuseAnswer(head)
    if (refusal) return connection.answer(refusal)
    if (head.header('lambda-runtime-function-response-mode') !== undefined) {
      this.#answered()
      connection.answer(
        errorAnswer(400, 'InvalidFunctionResponseMode', 'Invalid function response mode'),
      )
      return this.#events.onBrokenResponse('Runtime.InvalidResponseModeHeader')
    }
    this.#answered()
    if (body === undefined) {
      const text = `Exceeded maximum allowed payload size (${responseBytesMax} bytes).`
      connection.answer(errorAnswer(413, 'RequestEntityTooLarge', text))
    } else {
      connection.answer(accepted)
    }
    this.#events.onResponse(body, length)
  }

  #streamEnd(connection: RuntimeConnection, trailers: ReadonlyMap<string, string>): void {
    connection.streaming = false
    this.#answered()
    connection.answer(accepted)
    const errorType = trailers.get('lambda-runtime-function-error-type')
    const errorBody = trailers.get('lambda-runtime-function-error-body')
    this.#events.onStreamEnd(
      errorType === undefined ? undefined : normaliseErrorType(errorType),
      errorBody === undefined ? undefined : Buffer.from(errorBody, 'base64'),
    )
  }

  #invocationError(
    connection: RuntimeConnection,
    head: RequestHead,
    body: Buffer | undefined,
  ): void {
    const refusal = this.#refuseAnswer(head)
    if (refusal) return connection.answer(refusal)
    this.#answered()
    connection.answer(accepted)
    this.#events.onInvocationError(errorTypeOf(head), errorBodyOf(head, body))
  }

  #initError(connection: RuntimeConnection, head: RequestHead, body: Buffer | undefined): void {
    if (this.#state !== 'Started') return connection.answer(this.#badTransition('InitError'))
    this.#state = 'InitError'
    connection.answer(accepted)
    this.#events.onInitError(errorTypeOf(head), errorBodyOf(head, body))
  }

  /** The answer to an answer that cannot be taken; undefined when it can. */
  #refuseAnswer(head: RequestHead): string | undefined {
    const active = this.#active
    const isError = head.path.endsWith('/error')
    const idEnd = head.path.length - (isError ? '/error'.length : '/response'.length)
    const id = head.path.slice(prefix.length + 'invocation/'.length, idEnd)
    if (!active || id !== active.requestId) {
      return errorAnswer(400, 'InvalidRequestID', 'Invalid request ID')
    }
    const invocationId = head.header('lambda-runtime-invocation-id')
    if (invocationId !== undefined && invocationId !== active.invocationId) {
      return errorAnswer(400, 'InvalidInvocationId', 'Invalid invocation ID')
    }
    if (this.#state === 'Running') return undefined
    return this.#badTransition(isError ? 'InvocationErrorResponse' : 'InvocationResponse')
  }

  #answered(): void {
    this.#state = 'ResponseSent'
    this.#active = undefined
  }

  #badTransition(to: RuntimeState): string {
    return errorAnswer(
      403,
      'InvalidStateTransition',
      `State transition from ${this.#state} to ${to} failed for runtime. Error: State transition is not allowed`,
    )
  }
}

function isResponse(head: RequestHead): boolean {
  return (
    head.method === 'POST' &&
    head.path.startsWith('/2018-06-01/runtime/invocation/') &&
    head.path.endsWith('/response')
  )
}

const errorTypePattern = /^(?:Runtime|Function)\.[A-Z][a-zA-Z]+$/

/** Any string may be sent; only well-formed types are kept, as AWS's agent does. */
function normaliseErrorType(sent: string): string {
  if (errorTypePattern.test(sent)) return sent
  return sent.startsWith('Function.') ? 'Function.Unknown' : 'Runtime.Unknown'
}

function errorTypeOf(head: RequestHead): string {
  return normaliseErrorType(head.header('lambda-runtime-function-error-type') ?? '')
}

/** With the combined content type the error object sits inside a larger one, beside its X-Ray cause. */
function errorBodyOf(head: RequestHead, body: Buffer | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  if (head.header('content-type') !== 'application/vnd.aws.lambda.error.cause+json') return body
  try {
    const { errorMessage, errorType, stackTrace } = JSON.parse(body.toString()) as Record<
      string,
      unknown
    >
    return Buffer.from(JSON.stringify({ errorMessage, errorType, stackTrace }))
  } catch {
    return body
  }
}

function eventHead(event: RuntimeEvent): string {
  let head =
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: ' +
    event.requestId +
    '\r\nLambda-Runtime-Invocation-Id: ' +
    event.invocationId +
    '\r\nLambda-Runtime-Deadline-Ms: ' +
    event.deadlineMs +
    '\r\nLambda-Runtime-Invoked-Function-Arn: ' +
    event.invokedArn +
    '\r\nLambda-Runtime-Trace-Id: ' +
    event.traceId
  if (event.clientContext !== undefined) {
    head += '\r\nLambda-Runtime-Client-Context: ' + latin1(event.clientContext)
  }
  if (event.tenantId !== undefined) {
    head += '\r\nLambda-Runtime-Aws-Tenant-Id: ' + latin1(event.tenantId)
  }
  return head + '\r\nContent-Length: ' + event.payload.length + '\r\n\r\n'
}

/** Headers carry bytes: the UTF-8 of the text, a byte a character; line ends cannot stand in JSON or a header. */
function latin1(text: string): string {
  return Buffer.from(text.replace(/[\r\n]/g, ' '), 'utf8').toString('latin1')
}
