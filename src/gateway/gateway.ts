/**
 * The one listener: HTTP in, the chain of handlers, HTTP out.
 *
 * What it is not: it knows no service and no protocol; handlers.ts lists what happens to a request.
 * Invariant: whatever a client sends, it gets an answer in AWS's form or a closed connection; never a stack
 * trace, and never the end of the server.
 */
import type { Buffer } from 'node:buffer'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../kernel/clock.ts'
import { isUuid, newRequestId } from '../kernel/ids.ts'
import type { RequestId } from '../kernel/brand.ts'
import type { Log } from '../kernel/log.ts'
import type { HttpResponse } from '../wire/index.ts'
import { BodyBudget, readBody } from './body.ts'
import type { Exchange, Handler } from './exchange.ts'
import { type GatewayParts, chain } from './handlers.ts'
import { send } from './send.ts'
import { describe, errorResponse, noRoom } from './error-response.ts'
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
  let underWay = 0
  const server = http.createServer(
    {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
    },
    (request, response) => {
      underWay += 1
      response.once('close', () => {
        underWay -= 1
        if (!server.listening && underWay === 0) server.closeAllConnections()
      })
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
    drain: (graceMs) => drain(server, underWay > 0 ? graceMs : 0, options.clock),
    async [Symbol.asyncDispose]() {
      await drain(server, 0, options.clock)
    },
  }
}

/** Connections without a request under way, be they kept or silent, are not waited for. */
async function drain(server: http.Server, graceMs: number, clock: Clock): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = clock.after(graceMs, () => server.closeAllConnections())
  await closed
  timer.cancel()
}

/** Never rejects: whatever goes wrong ends with this one connection. */
async function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  handlers: readonly Handler[],
  budget: BodyBudget,
  fallbackHost: string,
  log: Log,
): Promise<void> {
  try {
    const body = await readBody(request, budget)
    if (body === 'gone') return
    if (body === 'no room') {
      await send(response, noRoom())
      return
    }
    try {
      await send(response, await answer(newExchange(request, body, fallbackHost), handlers, log))
    } finally {
      budget.release(body.bytes.length)
    }
  } catch (error) {
    log.error({ error: describe(error) }, 'an answer could not be sent')
    response.destroy()
  }
}

async function answer(
  exchange: Exchange,
  handlers: readonly Handler[],
  log: Log,
): Promise<HttpResponse> {
  try {
    await runChain(exchange, handlers, 0)
  } catch (error) {
    return errorResponse(exchange, error, log)
  }
  return exchange.response ?? errorResponse(exchange, new Error('no answer'), log)
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

/** What else a client calls us would end up in URLs that we hand out. */
const hostForm = /^[\w.-]{1,255}(?::\d{1,5})?$|^\[[0-9a-fA-F:]{2,45}\](?::\d{1,5})?$/

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
