/**
 * The front door of the wire. One request, in order: `identifyService` -> `loadService` (model) ->
 * `identifyProtocol` -> `route` -> `parse` -> `checkConstraints` -> the operation -> `serialize`, or
 * `serializeError` for a `ServiceError` from any of them.
 */
export { checkConstraints } from './constraints.ts'
export type { HttpRequest, HttpResponse } from './http.ts'
export { identifyProtocol, identifyService } from './identify.ts'
export type { Members, Protocol } from './protocol.ts'
export type { Route } from './router.ts'
