/**
 * The one listener: HTTP in, the chain of handlers, HTTP out.
 *
 * What it is not: it knows no service and no protocol; handlers.ts lists what happens to a request.
 * Invariant: whatever a client sends, it gets an answer in AWS's form or a closed connection; never a stack
 * trace, and never the end of the server.
 */
import type { Buffer } from 'node:buffer'
import type http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock, Timer } from '../kernel/clock.ts'
import { isUuid, newRequestId } from '../kernel/ids.ts'
import type { RequestId } from '../kernel/brand.ts'
import type { Log } from '../kernel/log.ts'
import type { HttpRequest, HttpResponse } from '../wire/index.ts'
import { BodyBudget, readBody } from './body.ts'
import type { Exchange, Handler } from './exchange.ts'
import { type GatewayParts, chain } from './handlers.ts'
import { PlainConnection, type PlainParts } from './plain/connection.ts'
import { CommonHeaders } from './plain/response.ts'
import { createServer } from './node-http.ts'
import { send } from './send.ts'
import { describe, errorResponse, noRoom } from './error-response.ts'
import {
  connectionsMax,
  headerBytesMax,
  headersTimeoutMs,
  keepAliveMs,
  requestTimeoutMs,
  sweepIntervalMs,
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
  /** Serves a connection that came in elsewhere: of a function, from inside its sandbox. */
  accept(connection: Socket): void
  /** Takes no new connections; resolves when the requests under way are answered, or after `graceMs`. */
  drain(graceMs: number): Promise<void>
}

/** Listens. Rejects when the address is taken or not ours. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const listener = new Listener(options)
  await listener.listen()
  return {
    url: listener.url,
    port: listener.port,
    accept: (connection) => listener.accept(connection),
    drain: (graceMs) => listener.drain(graceMs),
    [Symbol.asyncDispose]: () => listener.drain(0),
  }
}

/**
 * Two doors, one chain: plain requests are read by plain/, all others by node:http, which takes the whole connection
 * over with the first of them.
 */
class Listener {
  readonly #options: GatewayOptions
  readonly #handlers: readonly Handler[]
  readonly #budget = new BodyBudget()
  readonly #server: http.Server
  readonly #plain = new Set<PlainConnection>()
  readonly #plainParts: PlainParts
  /** Called when the last of them is gone. */
  #onNonePlain: (() => void) | undefined
  #sweeping: Timer | undefined
  /** Requests that node:http has read and that are not answered. */
  #underWay = 0
  /** What we call ourselves to a client that calls us nothing we can use. */
  #fallbackHost: string

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#handlers = chain(options)
    this.#fallbackHost = options.host.includes(':') ? `[${options.host}]` : options.host
    this.#server = createServer(
      {
        maxHeaderSize: headerBytesMax,
        headersTimeout: headersTimeoutMs,
        requestTimeout: requestTimeoutMs,
        keepAliveTimeout: keepAliveMs,
      },
      (request, response) => this.#onRequest(request, response),
    )
    this.#server.maxConnections = connectionsMax
    this.#server.on('clientError', refuseUnreadable)
    const handOver = this.#openPlainDoor()
    this.#plainParts = {
      clock: options.clock,
      budget: this.#budget,
      common: new CommonHeaders(options.clock),
      answer: ({ method, url, headers }, body, peer) =>
        this.#answer({ method, url, headers, body, tooLarge: false, peer }),
      noRoom,
      handOver,
      onError: (error) => this.#tellUnsent(error),
      onGone: (connection) => {
        this.#plain.delete(connection)
        if (this.#plain.size === 0) this.#onNonePlain?.()
      },
    }
  }

  /** Takes node:http's place at the door. @returns what gives it a connection after all */
  #openPlainDoor(): PlainParts['handOver'] {
    const byHttp = this.#server.listeners('connection') as ((socket: Socket) => void)[]
    this.#server.removeAllListeners('connection')
    this.#server.on('connection', (socket: Socket) => {
      this.#plain.add(new PlainConnection(socket, this.#plainParts))
    })
    return (socket, bytes) => {
      if (bytes.length > 0) socket.unshift(bytes)
      for (const listener of byHttp) listener.call(this.#server, socket)
      socket.resume()
    }
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, 1024, resolve)
    })
    this.#fallbackHost += `:${this.port}`
    this.#sweep()
  }

  accept(connection: Socket): void {
    if (this.#server.listening) this.#server.emit('connection', connection)
    else connection.destroy()
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://${this.#fallbackHost}`
  }

  /** Connections without a request under way, be they kept or silent, are not waited for. */
  async drain(graceMs: number): Promise<void> {
    const server = this.#server
    if (!server.listening) return
    this.#sweeping?.cancel()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    for (const connection of this.#plain) connection.close()
    const waits = this.#underWay > 0 || this.#plain.size > 0
    const timer = this.#options.clock.after(waits ? graceMs : 0, () => {
      server.closeAllConnections()
      for (const connection of this.#plain) connection.destroy()
    })
    await closed
    // Those that came in elsewhere are none that the server counts.
    if (this.#plain.size > 0) await new Promise<void>((resolve) => (this.#onNonePlain = resolve))
    timer.cancel()
  }

  #sweep(): void {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    for (const connection of this.#plain) connection.sweep(nowMs)
    this.#sweeping = clock.after(sweepIntervalMs, () => this.#sweep())
  }

  #onRequest(request: http.IncomingMessage, response: http.ServerResponse): void {
    this.#underWay += 1
    response.once('close', () => {
      this.#underWay -= 1
      if (!this.#server.listening && this.#underWay === 0) this.#server.closeAllConnections()
    })
    void this.#serve(request, response)
  }

  /** Never rejects: whatever goes wrong ends with this one connection. */
  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    try {
      const body = await readBody(request, this.#budget)
      if (body === 'gone') return
      if (body === 'no room') {
        await send(response, noRoom())
        return
      }
      const { method = 'GET', url = '/', headers } = request
      const { bytes, tooLarge } = body
      try {
        const peer = request.socket
        const received = { method, url, headers, body: bytes, tooLarge, peer }
        await send(response, await this.#answer(received))
      } finally {
        this.#budget.release(bytes.length)
      }
    } catch (error) {
      this.#tellUnsent(error)
      response.destroy()
    }
  }

  /** Never rejects or throws. */
  #answer(received: Received): HttpResponse | Promise<HttpResponse> {
    return answer(newExchange(received, this.#fallbackHost), this.#handlers, this.#options.log)
  }

  #tellUnsent(error: unknown): void {
    this.#options.log.error({ error: describe(error) }, 'an answer could not be sent')
  }
}

/** Synchronous from link to link until one has to wait. Never rejects or throws. */
function answer(
  exchange: Exchange,
  handlers: readonly Handler[],
  log: Log,
  from = 0,
): HttpResponse | Promise<HttpResponse> {
  try {
    for (let index = from; index < handlers.length; index += 1) {
      const waiting = (handlers[index] as Handler)(exchange)
      if (waiting) {
        return waiting.then(
          () => exchange.response ?? answer(exchange, handlers, log, index + 1),
          (error: unknown) => errorResponse(exchange, error, log),
        )
      }
      if (exchange.response) return exchange.response
    }
    throw new Error('no answer')
  } catch (error) {
    return errorResponse(exchange, error, log)
  }
}

/** A whole request, through whichever door it came. */
interface Received {
  readonly method: string
  /** Path with query, as sent. */
  readonly url: string
  readonly headers: HttpRequest['headers']
  readonly body: Buffer
  readonly tooLarge: boolean
  readonly peer: Exchange['peer']
}

function newExchange(
  { method, url, headers, body, tooLarge, peer }: Received,
  fallbackHost: string,
): Exchange {
  const mark = url.indexOf('?')
  const given = headers['x-amzn-requestid']
  const host = headers['host']
  return {
    request: {
      method,
      path: mark < 0 ? url : url.slice(0, mark),
      query: mark < 0 ? '' : url.slice(mark + 1),
      headers,
      body,
    },
    requestId: typeof given === 'string' && isUuid(given) ? (given as RequestId) : newRequestId(),
    endpoint: `http://${typeof host === 'string' && hostForm.test(host) ? host : fallbackHost}`,
    peer,
    bodyTooLarge: tooLarge,
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
