/**
 * The Runtime API (2018-06-01) of one execution environment, over any number of connections.
 *
 * What it is not: it does not know invocations' fates; it checks what a runtime says against the protocol's
 * states and passes it to the environment through `RuntimeEvents`.
 * Invariant: answers leave each connection in the order of its requests.
 * Called by: environment.ts. Read next: http/reader.ts for the bytes.
 * Facts: AWS Lambda developer guide, "Using the Lambda runtime API"; texts as AWS's open agent prints them.
 */
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import { type BodyPlan, ReadError, type RequestHead, RequestReader } from './http/reader.ts'
import { connectionsMax, errorBytesMax, pipelinedBytesMax, responseBytesMax } from './limits.ts'

/** What a runtime tells us. Each is called at most once per invocation, in the protocol's order. */
export interface RuntimeEvents {
  /** The runtime waits for an event: initialisation is done, or the last invocation is. */
  onNext(): void
  /** A buffered answer. `body` is undefined when it was too large: `length` tells by how much. */
  onResponse(body: Buffer | undefined, length: number): void
  onStreamStart(contentType: string | undefined): void
  onStreamChunk(chunk: Buffer): void
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
const accepted = answer(202, '{"status":"OK"}')

export class RuntimeApi {
  readonly #events: RuntimeEvents
  readonly #connections = new Set<Connection>()
  #state: RuntimeState = 'Started'
  #waiting: Connection | undefined
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
    this.#connections.add(new Connection(stream, this))
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

  /** @internal How a request's body is to be read. */
  planBody(connection: Connection, head: RequestHead): BodyPlan {
    if (!isResponse(head)) return { bytesMax: errorBytesMax }
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
        if (!this.#closed) this.#events.onStreamChunk(chunk)
      },
    }
  }

  /** @internal One complete request. */
  handle(
    connection: Connection,
    head: RequestHead,
    body: Buffer | undefined,
    length: number,
    trailers: ReadonlyMap<string, string>,
  ): void {
    if (this.#closed) return
    const path = head.path
    if (head.method === 'GET') {
      if (path === '/2018-06-01/runtime/invocation/next') return this.#next(connection)
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

  /** @internal The connection ended, perhaps in the middle of a request. */
  detached(connection: Connection, truncated: RequestHead | undefined): void {
    this.#connections.delete(connection)
    if (this.#waiting === connection) this.#waiting = undefined
    if (this.#closed || truncated === undefined || !isResponse(truncated)) return
    const answering = connection.streaming || this.#refuseAnswer(truncated) === undefined
    if (answering) {
      this.#answered()
      this.#events.onBrokenResponse('Runtime.TruncatedResponse')
    }
  }

  #next(connection: Connection): void {
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
    connection: Connection,
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

  #streamEnd(connection: Connection, trailers: ReadonlyMap<string, string>): void {
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

  #invocationError(connection: Connection, head: RequestHead, body: Buffer | undefined): void {
    const refusal = this.#refuseAnswer(head)
    if (refusal) return connection.answer(refusal)
    this.#answered()
    connection.answer(accepted)
    this.#events.onInvocationError(errorTypeOf(head), errorBodyOf(head, body))
  }

  #initError(connection: Connection, head: RequestHead, body: Buffer | undefined): void {
    if (this.#state !== 'Started') return connection.answer(this.#badTransition('InitError'))
    this.#state = 'InitError'
    connection.answer(accepted)
    this.#events.onInitError(errorTypeOf(head), errorBodyOf(head, body))
  }

  /** The answer to an answer that cannot be taken; undefined when it can. */
  #refuseAnswer(head: RequestHead): Buffer | undefined {
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

  #badTransition(to: RuntimeState): Buffer {
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

/** One connection of the runtime: reads requests, writes answers in their order. */
class Connection {
  /** A streamed answer is being read on it. */
  streaming = false
  readonly #stream: Duplex
  readonly #api: RuntimeApi
  readonly #reader: RequestReader
  /** Answers that leave together with the next one: a runtime that pipelines is not woken twice. */
  #held: Buffer[] = []
  #more = false
  #closing = false

  constructor(stream: Duplex, api: RuntimeApi) {
    this.#stream = stream
    this.#api = api
    this.#reader = new RequestReader({
      onHead: (head) => this.#api.planBody(this, head),
      onRequest: (head, body, length, trailers, more) => {
        this.#more = more
        this.#closing = !head.keepAlive
        this.#api.handle(this, head, body, length, trailers)
      },
    })
    stream.on('data', (chunk: Buffer) => this.#read(chunk))
    stream.on('error', () => undefined)
    stream.on('close', () => this.#api.detached(this, this.#reader.currentHead))
    stream.on('end', () => this.#stream.destroy())
  }

  answer(bytes: Buffer): void {
    if (this.#more && !this.#closing) {
      this.#held.push(bytes)
      return
    }
    if (this.#held.length > 0) {
      this.#held.push(bytes)
      this.#stream.write(Buffer.concat(this.#held))
      this.#held = []
    } else {
      this.#stream.write(bytes)
    }
    if (this.#closing) this.#stream.end()
  }

  /** `/next` waits: what was held goes out with its answer, and further requests wait. */
  holdForNext(): void {
    this.#reader.pause()
  }

  answerNext(head: string, payload: Uint8Array): void {
    const held = this.#held
    let at = 0
    for (const bytes of held) at += bytes.length
    const message = Buffer.allocUnsafe(at + head.length + payload.length)
    at = 0
    for (const bytes of held) {
      message.set(bytes, at)
      at += bytes.length
    }
    if (held.length > 0) this.#held = []
    // Header values were checked to be Latin-1 where they came in.
    message.write(head, at, 'latin1')
    message.set(payload, at + head.length)
    this.#stream.write(message)
    if (this.#closing) this.#stream.end()
    else this.#guard(() => this.#reader.resume())
    if (this.#stream.isPaused()) this.#stream.resume()
  }

  destroy(): void {
    this.#stream.destroy()
  }

  #read(chunk: Buffer): void {
    this.#guard(() => this.#reader.push(chunk))
    if (this.#reader.pendingBytes > pipelinedBytesMax && this.#reader.paused) this.#stream.pause()
  }

  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (!(error instanceof ReadError)) throw error
      this.#stream.end(answer(error.status, error.message, 'text/plain'))
    }
  }
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
  return head + '\r\nContent-Length: ' + event.payload.length + '\r\n\r\n'
}

/** Headers carry bytes: the UTF-8 of the text, a byte a character; line ends cannot stand in JSON or a header. */
function latin1(text: string): string {
  return Buffer.from(text.replace(/[\r\n]/g, ' '), 'utf8').toString('latin1')
}

function answer(status: number, body: string, contentType = 'application/json'): Buffer {
  const reason = reasons[status] ?? 'Error'
  return Buffer.from(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function errorAnswer(status: number, errorType: string, errorMessage: string): Buffer {
  return answer(status, JSON.stringify({ errorMessage, errorType }))
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
}
