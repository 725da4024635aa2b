/**
 * restJson1, server side: Lambda's protocol.
 *
 * Errors are `{"Type":"User","Message":"..."}` in the spelling of each error's shape, with the name in
 * `X-Amzn-ErrorType`. Read next: `rest-request.ts` and `rest-response.ts`, where the work is.
 */
import type { ServiceError } from '../kernel/errors.ts'
import type { Member, OperationModel, ServiceModel } from '../model/types.ts'
import { describeError, errorMembers } from './error-shape.ts'
import { serializationFault, unknownOperation } from './faults.ts'
import type { HttpResponse } from './http.ts'
import { bodyMembers, JsonCodec, parseJson } from './json.ts'
import { memoize, type Members, type Protocol } from './protocol.ts'
import { compileRequest, type RequestBody } from './rest-request.ts'
import { compileResponse, writeHeaders, type ResponseBody } from './rest-response.ts'
import { Router } from './router.ts'
import { excerpt } from './scalars.ts'

const contentType = 'application/json'
const codec = new JsonCodec('location')

const requestBody: RequestBody = {
  members: (_operation, members) => {
    const { read } = codec.structure(members)
    return (body) => read(parseJson(body, serializationFault))
  },
  // A blob is the service's to read: what is no JSON in it, Lambda refuses in words of its own.
  payload: (member) => {
    const { shape } = member
    if (shape.type === 'blob') return (body) => body
    if (shape.type === 'string') return (body) => Buffer.from(body).toString('utf8')
    const { read } = payloadCodec(member)
    return (body) => read(parseJson(body, serializationFault))
  },
}

const responseBody: ResponseBody = {
  contentType,
  // restJson1 says application/octet-stream; Lambda, the service with such payloads, says this.
  payloadContentType: contentType,
  members: (_operation, members) => {
    const { write } = codec.structure(members)
    return (output) => JSON.stringify(write(output))
  },
  payload: (member) => {
    const { write } = payloadCodec(member)
    return (value) => JSON.stringify(write(value as Members))
  },
  events: {
    contentType,
    structure: (members) => {
      const { write } = codec.structure(members)
      return (value) => JSON.stringify(write(value))
    },
  },
}

function payloadCodec({ shape }: Member): ReturnType<JsonCodec['structure']> {
  return codec.structure(shape.type === 'structure' ? shape.members : [])
}

const routerOf = memoize((service: ServiceModel) => new Router(service))
const binderOf = memoize((operation: OperationModel) => compileRequest(operation, requestBody))
const writerOf = memoize((operation: OperationModel) => compileResponse(operation, responseBody))

function undecodable(label: string): ServiceError {
  return serializationFault(
    `The path has a label that is not valid percent-encoding: ${excerpt(label)}`,
  )
}

export const restJson1: Protocol = {
  id: 'restJson1',

  route: (service, request) => {
    const route = routerOf(service).match(request, undecodable)
    if (route !== undefined) return route
    throw unknownOperation(
      `${service.serviceId} has no operation ${request.method} ${excerpt(request.path)}`,
      404,
    )
  },

  parse: (_service, route, request) => binderOf(route.operation)(route, request),

  serialize: (_service, operation, output, requestId) => writerOf(operation)(output, requestId),

  serializeError: (service, _operation, error, requestId): HttpResponse => {
    const description = describeError(service, error)
    const { members, others } = errorMembers(description, error)
    const headers: Record<string, string> = {
      'Content-Type': contentType,
      'x-amzn-RequestId': requestId,
      'X-Amzn-ErrorType': description.name,
    }
    writeHeaders(description.shape?.members ?? [], members, headers)
    Object.assign(headers, error.headers)
    const { write } = codec.structure(bodyMembers(description.shape))
    return {
      status: description.status,
      headers,
      body: JSON.stringify({ ...write(members), ...others }),
    }
  },
}
