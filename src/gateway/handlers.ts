/**
 * The visible, ordered list: what happens to a request between the listener and an operation, and back.
 *
 * What it is not: no link knows what a service does, and none is skipped for a favourite service.
 * Invariant: a handler stays synchronous where it can; the warm path of Invoke waits for the function alone.
 * Called by: gateway.ts, in the order of `chain`. Read next: exchange.ts for what each link adds.
 */
import type { Authenticator, Authorizer } from '../access/index.ts'
import { assert } from '../kernel/assert.ts'
import { ServiceError } from '../kernel/errors.ts'
import {
  type CallContext,
  type LateService,
  type Principal,
  type ResponseHeaders,
  type Service,
  notYet,
  responseHeaders,
} from '../kernel/operation.ts'
import type { RawRoute } from '../kernel/ports.ts'
import { loadService } from '../model/index.ts'
import type { ProtocolId, ServiceModel } from '../model/types.ts'
import {
  type HttpRequest,
  type Members,
  checkConstraints,
  identifyProtocol,
  identifyService,
} from '../wire/index.ts'
import type { SigningTarget } from '../kernel/signatures.ts'
import type { Exchange, Handler } from './exchange.ts'
import { requestBytesMax } from './limits.ts'
import { unknownService } from './unknown-service.ts'

export interface GatewayParts {
  readonly services: readonly (Service | LateService)[]
  readonly routes: readonly RawRoute[]
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
}

/** Every request goes through these, in this order. */
export function chain(parts: GatewayParts): readonly Handler[] {
  return [
    answerRawRoutes(parts),
    nameService(parts.services),
    refuseTooLargeBody,
    authenticate(parts.authenticator),
    nameOperation,
    authorize(parts.authorizer),
    findOperation(parts.services),
    parseInput,
    callOperation,
    serializeOutput,
  ]
}

/** Plain HTTP: downloads, health. */
function answerRawRoutes({ routes, authenticator }: GatewayParts): Handler {
  const withHosts = routes.filter((route) => route.answersHost !== undefined)
  const find = ({ path, headers }: HttpRequest): RawRoute | undefined => {
    if (path.startsWith('/_')) return routes.find((each) => path.startsWith(each.pathPrefix))
    const { host } = headers
    if (typeof host !== 'string') return undefined
    return withHosts.find((each) => each.answersHost?.(host))
  }
  return (exchange) => {
    const route = find(exchange.request)
    return route && respond(exchange, route, authenticator)
  }
}

async function respond(
  exchange: Exchange,
  route: RawRoute,
  authenticator: Authenticator,
): Promise<void> {
  const { request, requestId, peer, bodyTooLarge } = exchange
  if (bodyTooLarge) {
    exchange.response = { status: 413, headers: {}, body: '' }
    return
  }
  const { status, headers, cookies, body } = await route.handle({
    ...request,
    requestId,
    remoteAddress: peer.remoteAddress ?? '',
    identify: (service) => identify(request, authenticator, service),
  })
  exchange.response = { status, headers: { ...headers }, ...(cookies ? { cookies } : {}), body }
}

function identify(
  request: HttpRequest,
  authenticator: Authenticator,
  service: string,
): Principal | Promise<Principal> {
  const identity = authenticator.authenticate(request, { service, dialect: 'rest-json' })
  if (identity instanceof Promise) return identity.then(({ principal }) => principal)
  return identity.principal
}

/** From the credential's scope, the target header, the form's version or the path. */
function nameService(services: GatewayParts['services']): Handler {
  const served = new Set(services.map((service) => service.model))
  /** Models that are loaded already, so that only the first request of a service waits. */
  const loaded = new Map<string, ServiceModel>()
  return (exchange) => {
    const id = identifyService(exchange.request)
    if (id === undefined || !served.has(id)) {
      exchange.response = unknownService(exchange.request, exchange.requestId)
      return undefined
    }
    const model = loaded.get(id)
    if (model) return setService(exchange, model)
    return loadService(id).then((fresh) => {
      loaded.set(id, fresh)
      setService(exchange, fresh)
    })
  }
}

function setService(exchange: Exchange, service: ServiceModel): void {
  exchange.service = service
  exchange.protocol = identifyProtocol(exchange.request, service)
}

/** Before the signature is looked at: the body that it covers is gone. */
function refuseTooLargeBody(exchange: Exchange): void {
  if (!exchange.bodyTooLarge) return
  const operation = operationWithoutBody(exchange)
  const where = operation === undefined ? '' : ` for the ${operation} operation`
  throw new ServiceError(
    'RequestEntityTooLargeException',
    `Request must be smaller than ${requestBytesMax} bytes${where}`,
    { status: 413 },
  )
}

/** Its name, where it does not stand in the body. */
function operationWithoutBody({ service, protocol, request }: Exchange): string | undefined {
  assert(service && protocol, 'an operation before its service')
  try {
    return protocol.route(service, request).operation.name
  } catch (error) {
    if (error instanceof ServiceError) return undefined
    throw error
  }
}

/** Who asks, and in which region. */
function authenticate(authenticator: Authenticator): Handler {
  const targets = new Map<string, SigningTarget>()
  return (exchange) => {
    const { service, protocol, request } = exchange
    assert(service && protocol, 'authentication before the service is known')
    const key = service.id + protocol.id
    let target = targets.get(key)
    if (!target) {
      target = { service: service.signingName, dialect: dialectOf(service, protocol.id) }
      targets.set(key, target)
    }
    const identity = authenticator.authenticate(request, target)
    if (identity instanceof Promise) {
      return identity.then((found) => {
        exchange.principal = found.principal
        exchange.region = found.region
      })
    }
    exchange.principal = identity.principal
    exchange.region = identity.region
    return undefined
  }
}

/** S3 words refusals in its own way; the other services of its protocol (Route 53, CloudFront) as query ones. */
function dialectOf(service: ServiceModel, protocol: ProtocolId): SigningTarget['dialect'] {
  return service.signingName === 's3' ? 's3' : dialects[protocol]
}

/** How each protocol's services word a refused signature. */
const dialects: Readonly<Record<ProtocolId, SigningTarget['dialect']>> = {
  restJson1: 'rest-json',
  awsJson: 'json',
  rpcv2Cbor: 'json',
  awsQuery: 'query',
  ec2Query: 'ec2',
  restXml: 'query',
}

/** From the path, the target header or the Action parameter. */
function nameOperation(exchange: Exchange): void {
  const { service, protocol, request } = exchange
  assert(service && protocol, 'an operation before its service')
  exchange.route = protocol.route(service, request)
  exchange.operation = exchange.route.operation
}

/** Accounts are kept apart here; policies will be evaluated at this place. */
function authorize(authorizer: Authorizer): Handler {
  /** `lambda:CreateFunction`, made once per operation. */
  const actions = new Map<string, string>()
  return ({ service, operation, principal }) => {
    assert(service && operation && principal, 'authorisation before the operation is known')
    const key = service.id + operation.name
    let action = actions.get(key)
    if (!action) {
      action = `${service.signingName}:${operation.name}`
      actions.set(key, action)
    }
    const decision = authorizer.authorize(principal, action)
    if (decision.allowed) return
    throw new ServiceError('AccessDeniedException', decision.message, { status: 403 })
  }
}

/** In the service's table. What stands there as not served yet is refused by its name. */
function findOperation(services: GatewayParts['services']): Handler {
  const known = new Map(services.map((service) => [service.model, service]))
  return (exchange) => {
    const { service, operation } = exchange
    assert(service && operation, 'no operation to find')
    const found = known.get(service.id)
    if (found === undefined || 'operations' in found) return setPerform(exchange, found)
    return found.load().then((loaded) => {
      known.set(service.id, loaded)
      setPerform(exchange, loaded)
    })
  }
}

function setPerform(exchange: Exchange, found: Service | undefined): void {
  const { service, operation } = exchange
  assert(service && operation, 'no operation to perform')
  const perform = found?.operations[operation.name]
  if (perform === undefined || perform === notYet) {
    throw new ServiceError(
      'NotImplemented',
      `${service.serviceId} ${operation.name} is not served by lambdad yet.`,
      { status: 501 },
    )
  }
  exchange.perform = perform
}

/** Decodes the input and checks it against the model's constraints. */
function parseInput(exchange: Exchange): void {
  const { service, protocol, route, operation, request, principal, region } = exchange
  assert(service && protocol && route && operation, 'input before its operation')
  assert(principal && region, 'input before its sender')
  exchange.input = protocol.parse(service, route, request)
  checkConstraints(service, operation, exchange.input)
  exchange.context = new Context(exchange.requestId, exchange.endpoint, request, principal, region)
}

class Context implements CallContext {
  readonly account
  readonly region
  readonly principal
  readonly requestId
  readonly endpoint
  readonly headers

  constructor(
    requestId: CallContext['requestId'],
    endpoint: string,
    request: HttpRequest,
    principal: CallContext['principal'],
    region: CallContext['region'],
  ) {
    this.account = principal.account
    this.region = region
    this.principal = principal
    this.requestId = requestId
    this.endpoint = endpoint
    this.headers = request.headers
  }
}

function callOperation(exchange: Exchange): void | Promise<void> {
  const { perform, input, context } = exchange
  assert(perform && context, 'a call before its operation')
  const output = perform(input, context)
  if (output instanceof Promise) {
    return output.then((value) => {
      exchange.output = value
    })
  }
  exchange.output = output
  return undefined
}

function serializeOutput(exchange: Exchange): void {
  const { service, protocol, operation, output, requestId } = exchange
  assert(service && protocol && operation, 'output before its operation')
  const members = (output ?? {}) as Members & ResponseHeaders
  const response = protocol.serialize(service, operation, members, requestId)
  const extra = members[responseHeaders]
  if (extra) Object.assign(response.headers, extra)
  exchange.response = response
}
