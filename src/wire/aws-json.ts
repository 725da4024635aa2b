/**
 * awsJson 1.0 and 1.1, server side: one path, the operation in `X-Amz-Target`, everything in the body.
 * The two differ in their content type alone. Read next: `json.ts`.
 */
import type { OperationModel, ServiceModel } from '../model/types.ts'
import { describeError, errorMembers } from './error-shape.ts'
import type { EventPayload } from './event-stream.ts'
import { serializationFault, unknownOperation } from './faults.ts'
import { JsonCodec, parseJson, type JsonStructure } from './json.ts'
import { memoize, type Protocol } from './protocol.ts'
import { compileRpcBody, queryErrorHeader } from './rpc-response.ts'
import { excerpt } from './scalars.ts'

const codec = new JsonCodec('member')

/** The headers and frames of events say plain JSON; bodies say which awsJson it is. */
const eventPayload: EventPayload = {
  contentType: 'application/json',
  structure: (members) => {
    const { write } = codec.structure(members)
    return (value) => JSON.stringify(write(value))
  },
}

const inputOf = memoize((operation: OperationModel): JsonStructure =>
  codec.structure(operation.input?.members ?? []),
)
const bodyOf = memoize((operation: OperationModel, service: ServiceModel) =>
  compileRpcBody(operation, contentType(service), eventPayload),
)

function contentType(service: ServiceModel): string {
  return `application/x-amz-json-${service.jsonVersion ?? '1.0'}`
}

export const awsJson: Protocol = {
  id: 'awsJson',

  route: (service, request) => {
    const target = request.headers['x-amz-target']
    const prefix = `${service.targetPrefix ?? ''}.`
    if (request.method === 'POST' && typeof target === 'string' && target.startsWith(prefix)) {
      const operation = service.operations.get(target.slice(prefix.length))
      if (operation !== undefined) return { operation, labels: [] }
    }
    throw unknownOperation(
      typeof target === 'string'
        ? `${service.serviceId} has no operation ${excerpt(target)}`
        : 'The request has no X-Amz-Target header',
      400,
    )
  },

  parse: (_service, route, request) =>
    inputOf(route.operation).read(parseJson(request.body, serializationFault)),

  serialize: (service, operation, output, requestId) => {
    const headers: Record<string, string> = { 'x-amzn-RequestId': requestId }
    const body = bodyOf(operation, service)(output, headers)
    // An operation without output answers with no body at all, as AWS's do.
    return { status: 200, headers, body: operation.output === undefined ? '' : body }
  },

  serializeError: (service, _operation, error, requestId) => {
    const description = describeError(service, error)
    const { members, others } = errorMembers(description, error)
    const headers: Record<string, string> = {
      'Content-Type': contentType(service),
      'x-amzn-RequestId': requestId,
      'X-Amzn-ErrorType': description.name,
    }
    if (service.queryCompatible === true) {
      headers['x-amzn-query-error'] = queryErrorHeader(description.code, description.sender)
    }
    const { write } = codec.structure(description.shape?.members ?? [])
    const body = { __type: description.name, ...write(members), ...others }
    return {
      status: description.status,
      headers: { ...headers, ...error.headers },
      body: JSON.stringify(body),
    }
  },
}
