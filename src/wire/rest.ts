/**
 * What both REST protocols have in common: operations by method and path, and requests and responses bound member by
 * member, compiled once an operation. What a body is made of is theirs. Read next: rest-request.ts, rest-response.ts.
 */
import type { ServiceError } from '../kernel/errors.ts'
import type { OperationModel, ServiceModel } from '../model/types.ts'
import { serializationFault, unknownOperation } from './faults.ts'
import { memoize, type Protocol } from './protocol.ts'
import { compileRequest, type RequestBody } from './rest-request.ts'
import { compileResponse, type ResponseBody } from './rest-response.ts'
import { Router } from './router.ts'
import { excerpt } from './scalars.ts'

const routerOf = memoize((service: ServiceModel) => new Router(service))

export function restProtocol(
  requestBody: RequestBody,
  responseBody: ResponseBody,
): Pick<Protocol, 'route' | 'parse' | 'serialize'> {
  const binderOf = memoize((operation: OperationModel) => compileRequest(operation, requestBody))
  const writerOf = memoize((operation: OperationModel) => compileResponse(operation, responseBody))
  return {
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
  }
}

function undecodable(label: string): ServiceError {
  return serializationFault(
    `The path has a label that is not valid percent-encoding: ${excerpt(label)}`,
  )
}
