/** A gateway before services made of functions, and clients that may misbehave. */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import http from 'node:http'
import { type Socket, connect } from 'node:net'
import type { Authenticator } from '../access/index.ts'
import { OpenAuthenticator, SameAccountAuthorizer } from '../access/index.ts'
import { systemClock } from '../kernel/clock.ts'
import { type Log, silentLog } from '../kernel/log.ts'
import type { Service } from '../kernel/operation.ts'
import type { RawRoute } from '../kernel/ports.ts'
import { createSigV4 } from '../wire/sigv4/index.ts'
import { type Gateway, startGateway } from './gateway.ts'

type FakeOperation = Service['operations'][string]
export type FakeServices = Readonly<Record<string, Service['operations']>>

export interface TestGateway extends Gateway {
  /** What it has logged as warnings and errors. */
  readonly logged: readonly string[]
}

interface Options {
  readonly routes?: readonly RawRoute[]
  readonly authenticator?: Authenticator
}

export async function startTestGateway(
  services: FakeServices,
  options: Options = {},
): Promise<TestGateway> {
  const logged: string[] = []
  const note = (fields: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`)
  }
  const log: Log = { ...silentLog, warn: note, error: note }
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log,
    services: Object.entries(services).map(([model, operations]) => ({ model, operations })),
    routes: options.routes ?? [],
    authenticator: options.authenticator ?? new OpenAuthenticator(createSigV4()),
    authorizer: new SameAccountAuthorizer(),
  })
  return { ...gateway, logged }
}

export interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

export interface Answered {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

/** One request on a connection of its own. */
export async function ask({ port }: { readonly port: number }, asked: Asked): Promise<Answered> {
  const { method = 'GET', path = '/', headers = {}, body } = asked
  const request = http.request({ port, method, path, headers, agent: false })
  // Node.js sends bodies of GET and the like without saying that they are there.
  if (body !== undefined && !request.hasHeader('transfer-encoding')) {
    request.setHeader('Content-Length', Buffer.byteLength(body))
  }
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

export const getFunction = '/2015-03-31/functions/f'

/** Requests that an operation of each protocol answers. */
export const callOf = {
  restJson1: { path: getFunction },
  awsJson: {
    method: 'POST',
    headers: {
      'X-Amz-Target': 'Logs_20140328.DescribeLogGroups',
      'Content-Type': 'application/x-amz-json-1.1',
    },
    body: '{}',
  },
  awsQuery: {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  },
} as const satisfies Record<string, Asked>

/** The three services that `callOf` calls, all doing the same. */
export function answering(operation: FakeOperation): FakeServices {
  return {
    lambda: { GetFunction: operation },
    logs: { DescribeLogGroups: operation },
    sts: { GetCallerIdentity: operation },
  }
}

/** A bare connection, and what has come back over it. */
export class RawClient implements AsyncDisposable {
  readonly socket: Socket
  received = ''
  /** The other side has ended, or cut, the connection. */
  readonly closed: Promise<void>

  constructor({ port }: { readonly port: number }) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('latin1').on('data', (chunk) => (this.received += chunk))
    // A server may cut the connection while we still send.
    this.socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text)
  }

  /** Resolves when what has come in matches. Rejects when the connection ends before. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.received)) {
      const more = once(this.socket, 'data').then(() => true)
      const ended = this.closed.then(() => false)
      if (!(await Promise.race([more, ended])) && !pattern.test(this.received)) {
        throw new Error(`closed without ${pattern}: ${this.received}`)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    await this.closed
  }
}
