/**
 * Names the service a request is for, and the protocol it speaks, from what every AWS client sends.
 *
 * Nothing is verified here: a credential scope is only what the client says, until SigV4 has been
 * checked against it. Called by the gateway before anything else reads the request.
 */
import { assert } from '../kernel/assert.ts'
import { ServiceError } from '../kernel/errors.ts'
import { catalog } from '../model/catalog.ts'
import type { CatalogEntry, ProtocolId, ServiceModel } from '../model/types.ts'
import { awsJson } from './aws-json.ts'
import { awsQuery, ec2Query, queryAction } from './aws-query.ts'
import type { HttpRequest } from './http.ts'
import type { Protocol } from './protocol.ts'
import { eachParameter } from './query-string.ts'
import { restJson1 } from './rest-json.ts'
import { restXml } from './rest-xml.ts'
import { rpcv2Cbor } from './rpc-v2-cbor.ts'

const protocols: Readonly<Record<ProtocolId, Protocol>> = {
  restJson1,
  awsJson,
  awsQuery,
  ec2Query,
  restXml,
  rpcv2Cbor,
}

const formType = 'application/x-www-form-urlencoded'

/**
 * The id of the service's model, or undefined. Asked in order: the SigV4 credential scope (header, then
 * presigned query), `X-Amz-Target`, the rpc-v2-cbor path, `Version` of an `Action`, the first segments
 * of the path. Never throws: parameters that cannot be read name nobody.
 */
export function identifyService(
  request: HttpRequest,
  services: readonly CatalogEntry[] = catalog,
): string | undefined {
  const signed = signingName(request)
  // A signature names its service; what else the request looks like does not matter then.
  if (signed !== undefined) return services.find((each) => each.signingName === signed)?.id
  return (
    byTarget(request, services) ?? byAction(request, services) ?? byPath(request.path, services)
  )
}

/** The service in the credential scope a request claims, without verifying it. */
function signingName(request: HttpRequest): string | undefined {
  const { authorization } = request.headers
  if (typeof authorization === 'string') {
    return /\bCredential=[^/\s,]+\/\d{8}\/[^/\s,]*\/([^/\s,]+)\/aws4_request/.exec(
      authorization.slice(0, 1024),
    )?.[1]
  }
  if (!request.query.includes('X-Amz-Credential=')) return undefined
  return ifReadable(() => {
    let service: string | undefined
    eachParameter(request.query, (name, value) => {
      if (name === 'X-Amz-Credential') service = value.split('/')[3]
    })
    return service
  })
}

/** Undefined in place of a `ServiceError`: whoever reads the request next raises it again. */
function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ServiceError) return undefined
    throw error
  }
}

function byTarget(request: HttpRequest, services: readonly CatalogEntry[]): string | undefined {
  const target = request.headers['x-amz-target']
  const prefix =
    typeof target === 'string'
      ? target.slice(0, target.lastIndexOf('.'))
      : /^\/service\/([^/]+)\/operation\//.exec(request.path)?.[1]
  if (prefix === undefined || prefix === '') return undefined
  return services.find((each) => each.targetPrefix === prefix)?.id
}

function byAction(request: HttpRequest, services: readonly CatalogEntry[]): string | undefined {
  if (!isForm(request) && !/(^|&)Action=/.test(request.query)) return undefined
  const { action, version } = ifReadable(() => queryAction(request)) ?? {}
  if (action === undefined || version === undefined) return undefined
  const candidates = services.filter(
    ({ protocols: spoken, apiVersion }) =>
      apiVersion === version && (spoken.includes('awsQuery') || spoken.includes('ec2Query')),
  )
  // Two services of one version cannot be told apart here: then nobody is named.
  return candidates.length === 1 ? candidates[0]?.id : undefined
}

function byPath(path: string, services: readonly CatalogEntry[]): string | undefined {
  return services.find(({ pathPrefixes = [] }) =>
    pathPrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)),
  )?.id
}

/**
 * The protocol a request speaks, of those its service has. A request that looks like none of them is
 * given to the first, whose `route` then says what is wrong in a form the client may understand.
 */
export function identifyProtocol(request: HttpRequest, service: ServiceModel): Protocol {
  const spoken = service.protocols
  if (spoken.length > 1) {
    const told = spoken.find((id) => looksLike(id, request))
    if (told !== undefined) return protocols[told]
  }
  const [first] = spoken
  assert(first !== undefined, `${service.id} has no protocol`)
  return protocols[first]
}

function looksLike(id: ProtocolId, request: HttpRequest): boolean {
  switch (id) {
    case 'rpcv2Cbor':
      return request.headers['smithy-protocol'] === 'rpc-v2-cbor'
    case 'awsJson':
      return request.headers['x-amz-target'] !== undefined
    case 'awsQuery':
    case 'ec2Query':
      return isForm(request) || /(^|&)Action=/.test(request.query)
    case 'restJson1':
    case 'restXml':
      return false
  }
}

function isForm(request: HttpRequest): boolean {
  const type = request.headers['content-type']
  return typeof type === 'string' && type.startsWith(formType)
}
