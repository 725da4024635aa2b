/**
 * Smithy's rpcv2Cbor, server side: `POST /service/<Service>/operation/<Operation>`, CBOR both ways.
 * Read next: `cbor.ts`.
 */
import type { OperationModel } from '../model/types.ts'
import { decodeCbor, readCborMembers, writeCborMembers } from './cbor.ts'
import { describeError, errorMembers } from './error-shape.ts'
import type { EventPayload } from './event-stream.ts'
import { unknownOperation } from './faults.ts'
import { memoize, type Protocol } from './protocol.ts'
import { compileRpcBody, queryErrorHeader } from './rpc-response.ts'
import { excerpt } from './scalars.ts'
import { encodeCbor } from './smithy.ts'

const contentType = 'application/cbor'

const payload: EventPayload = {
  contentType,
  structure: (members) => {
    const write = writeCborMembers(members)
    return (value) => encodeCbor(write(value))
  },
}

const inputOf = memoize((operation: OperationModel) =>
  readCborMembers(operation.input?.members ?? []),
)
const bodyOf = memoize((operation: OperationModel) =>
  compileRpcBody(operation, contentType, payload),
)

export const rpcv2Cbor: Protocol = {
  id: 'rpcv2Cbor',

  route: (service, request) => {
    // A prefix before `/service/` is allowed: endpoints may have a path of their own.
    const [, target, name] = /\/service\/([^/]+)\/operation\/([^/]+)$/.exec(request.path) ?? []
    if (request.method === 'POST' && target === service.targetPrefix && name !== undefined) {
      const operation = service.operations.get(name)
      if (operation !== undefined) return { operation, labels: [] }
    }
    throw unknownOperation(`${service.serviceId} has no operation ${excerpt(request.path)}`, 404)
  },

  parse: (_service, route, request) =>
    request.body.byteLength === 0 ? {} : inputOf(route.operation)(decodeCbor(request.body)),

  serialize: (_service, operation, output, requestId) => {
    const headers: Record<string, string> = {
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-RequestId': requestId,
    }
    return { status: 200, headers, body: bodyOf(operation)(output, headers) }
  },

  serializeError: (service, _operation, error, requestId) => {
    const description = describeError(service, error)
    const { members, others } = errorMembers(description, error)
    const headers: Record<string, string> = {
      'Content-Type': contentType,
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-RequestId': requestId,
      'X-Amzn-ErrorType': description.name,
    }
    if (service.queryCompatible === true) {
      headers['x-amzn-query-error'] = queryErrorHeader(description.code, description.sender)
    }
    const write = writeCborMembers(description.shape?.members ?? [])
    const body = { __type: description.name, ...write(members), ...others }
    return {
      status: description.status,
      headers: { ...headers, ...error.headers },
      body: encodeCbor(body),
    }
  },
}
