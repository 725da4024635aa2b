/**
 * For tests: a service of one model on a loopback port, with handlers by operation name, so that real
 * SDK clients can be pointed at the codecs. No authentication, no constraint checks.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ServiceError } from '../kernel/errors.ts'
import { loadTable, type CatalogEntry, type ServiceModel } from '../model/index.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { identifyProtocol, identifyService } from './identify.ts'
import type { Members } from './protocol.ts'

export const requestId = '11111111-2222-4333-8444-555555555555'

type Input = Record<string, unknown>
export type Handler = (input: Input, request: HttpRequest) => Members | Promise<Members>

export interface TestServer extends AsyncDisposable {
  readonly endpoint: string
  /** What the last request was understood as. */
  readonly last: { operation?: string; protocol?: string; service?: string; input?: Input }
  /** Replaces the answer of every operation. */
  answer: Handler
}

export function fixtureModel(id: string): Promise<ServiceModel> {
  return loadTable(new URL(`../../test/fixtures/model/${id}.json`, import.meta.url))
}

export function catalogEntry(service: ServiceModel): CatalogEntry {
  const { id, signingName, apiVersion, protocols, targetPrefix } = service
  const target = targetPrefix === undefined ? {} : { targetPrefix }
  return { id, signingName, apiVersion, protocols, ...target }
}

export async function startTestServer(service: ServiceModel): Promise<TestServer> {
  const last: { operation?: string; protocol?: string; service?: string; input?: Input } = {}
  const state = { answer: (() => ({})) as Handler }

  async function respond(request: HttpRequest): Promise<HttpResponse> {
    const identified = identifyService(request, [catalogEntry(service)])
    const protocol = identifyProtocol(request, service)
    Object.assign(last, { service: identified, protocol: protocol.id })
    let operation
    try {
      const route = protocol.route(service, request)
      operation = route.operation
      last.operation = operation.name
      last.input = protocol.parse(service, route, request)
      const output = await state.answer(last.input, request)
      return protocol.serialize(service, operation, output, requestId)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return protocol.serializeError(service, operation, error, requestId)
    }
  }

  const server = createServer((incoming, outgoing) => {
    void handle(incoming, outgoing, respond)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    last,
    get answer() {
      return state.answer
    },
    set answer(handler) {
      state.answer = handler
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  respond: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<void> {
  const url = incoming.url ?? '/'
  const mark = url.indexOf('?')
  try {
    const response = await respond({
      method: incoming.method ?? 'GET',
      path: mark === -1 ? url : url.slice(0, mark),
      query: mark === -1 ? '' : url.slice(mark + 1),
      headers: incoming.headers,
      body: await buffer(incoming),
    })
    outgoing.writeHead(response.status, response.headers)
    const { body } = response
    if (typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body)
    else await pipeline(Readable.from(body), outgoing)
  } catch (error) {
    // A broken fact: the test sees the connection die and this text.
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    outgoing.destroy()
  }
}
