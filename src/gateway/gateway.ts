/**
 * The one listener: HTTP in, the chain of handlers, HTTP out.
 *
 * What it is not: it knows no service and no protocol; handlers.ts lists what happens to a request.
 * Invariant: whatever a client sends, it gets an answer in AWS's form or a closed connection; never a stack
 * trace, and never the end of the server.
 */
import { Buffer } from 'node:buffer'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../kernel/clock.ts'
import { ServiceError } from '../kernel/errors.ts'
import { isUuid, newRequestId } from '../kernel/ids.ts'
import type { RequestId } from '../kernel/brand.ts'
import type { Log } from '../kernel/log.ts'
import type { HttpResponse } from '../wire/index.ts'
import { BodyBudget, readBody } from './body.ts'
import type { Exchange, Handler } from './exchange.ts'
import { type GatewayParts, chain } from './handlers.ts'
import {
  connectionsMax,
  headerBytesMax,
  headersTimeoutMs,
  keepAliveMs,
  requestTimeoutMs,
} from './limits.ts'

export interface GatewayOptions extends GatewayParts {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly clock: Clock
  readonly log: Log
}

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:4566`. */
  readonly url: string
  readonly port: number
  /** Takes no new connections; resolves when the requests under way are answered, or after `graceMs`. */
  drain(graceMs: number): Promise<void>
}

/** Listens. Rejects when the address is taken or not ours. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const handlers = chain(options)
  const budget = new BodyBudget()
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  const server = http.createServer(
    {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
    },
    (request, response) => {
      void serve(request, response, handlers, budget, fallbackHost, options.log)
    },
  )
  let fallbackHost = host
  server.maxConnections = connectionsMax
  server.on('clientError', refuseUnreadable)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, 1024, resolve)
  })
  const { port } = server.address() as AddressInfo
  fallbackHost = `${host}:${port}`
  return {
    url: `http://${host}:${port}`,
    port,
    drain: (graceMs) => drain(server, options.clock, graceMs),
    async [Symbol.asyncDispose]() {
      await drain(server, options.clock, 0)
    },
  }
}

async function drain(server: http.Server, clock: Clock, graceMs: number): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = clock.after(graceMs, () => server.closeAllConnections())
  await closed
  timer.cancel()
}

async function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  handlers: readonly Handler[],
  budget: BodyBudget,
  fallbackHost: string,
  log: Log,
): Promise<void> {
  const body = await readBody(request, budget)
  if (body === 'gone') return
  try {
    if (body === 'no room') {
      send(response, busy)
      return
    }
    const exchange = newExchange(request, body, fallbackHost)
    try {
      await runChain(exchange, handlers, 0)
    } catch (error) {
      exchange.response = errorResponse(exchange, error, log)
    }
    const answer = exchange.response ?? errorResponse(exchange, new Error('no answer'), log)
    await send(response, answer)
  } finally {
    if (body !== 'no room') budget.release(body.bytes.length)
  }
}

/** Synchronous from link to link until one has to wait. */
function runChain(
  exchange: Exchange,
  handlers: readonly Handler[],
  from: number,
): void | Promise<void> {
  for (let index = from; index < handlers.length; index += 1) {
    const waiting = (handlers[index] as Handler)(exchange)
    if (waiting) {
      return waiting.then(() =>
        exchange.response ? undefined : runChain(exchange, handlers, index + 1),
      )
    }
    if (exchange.response) return undefined
  }
  return undefined
}

function newExchange(
  message: http.IncomingMessage,
  body: { readonly bytes: Buffer; readonly tooLarge: boolean },
  fallbackHost: string,
): Exchange {
  const url = message.url ?? '/'
  const mark = url.indexOf('?')
  const { headers } = message
  const given = headers['x-amzn-requestid']
  return {
    request: {
      method: message.method ?? 'GET',
      path: mark < 0 ? url : url.slice(0, mark),
      query: mark < 0 ? '' : url.slice(mark + 1),
      headers,
      body: body.bytes,
    },
    requestId: typeof given === 'string' && isUuid(given) ? (given as RequestId) : newRequestId(),
    endpoint: `http://${hostForm.test(headers.host ?? '') ? headers.host : fallbackHost}`,
    bodyTooLarge: body.tooLarge,
  }
}

const hostForm = /^[\w.-]+(?::\d{1,5})?$|^\[[0-9a-fA-F:]+\](?::\d{1,5})?$/

function errorResponse(exchange: Exchange, error: unknown, log: Log): HttpResponse {
  const { service, protocol, operation, requestId } = exchange
  let told = error
  if (!(error instanceof ServiceError)) {
    log.error({ requestId, operation: operation?.name, error: describe(error) }, 'a request failed')
    told = new ServiceError(
      'ServiceException',
      `Internal error; lambdad's log has request ${requestId}.`,
      {
        status: 500,
      },
    )
  }
  if (service && protocol) {
    const response = protocol.serializeError(service, operation, told as ServiceError, requestId)
    Object.assign(response.headers, (told as ServiceError).headers)
    return response
  }
  const { status, message } = told as ServiceError
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'x-amzn-RequestId': requestId },
    body: JSON.stringify({ message }),
  }
}

/** With its stack: this is our own log, not the client's answer. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const busy: HttpResponse = {
  status: 503,
  headers: { 'Content-Type': 'application/json', 'X-Amzn-ErrorType': 'ServiceException' },
  body: JSON.stringify({ message: 'Too much is being uploaded at once; try again.' }),
}

/**
 * node:http writes a head and a text in one piece, a head and bytes in two. Up to this size it is cheaper to
 * hand it bytes as a text of as many characters than to have two pieces written.
 */
const joinedBytesMax = 16 * 1024

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

async function send(response: http.ServerResponse, answer: HttpResponse): Promise<void> {
  const { body } = answer
  if (typeof body === 'string' || body instanceof Uint8Array) {
    answer.headers['Content-Length'] = String(
      typeof body === 'string' ? Buffer.byteLength(body) : body.length,
    )
    response.writeHead(answer.status, answer.headers)
    if (typeof body === 'string' || body.length > joinedBytesMax) response.end(body)
    else response.end(asBuffer(body).toString('latin1'), 'latin1')
    return
  }
  response.writeHead(answer.status, answer.headers)
  try {
    for await (const chunk of body) {
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve))
      if (response.destroyed) return
    }
    response.end()
  } catch {
    // The head is out: a broken stream can only be shown by breaking the connection.
    response.destroy()
  }
}

/** What node:http could not read as a request. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const timeout = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const line = tooLarge
    ? '431 Request Header Fields Too Large'
    : timeout
      ? '408 Request Timeout'
      : '400 Bad Request'
  const body = JSON.stringify({ message: line.slice(4) })
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}
