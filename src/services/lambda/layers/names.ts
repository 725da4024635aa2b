/**
 * The forms in which a client may name a layer or a version of one.
 * Facts: Lambda API reference (LayerName, LayerVersionArn); texts recorded from the service where that is told.
 */
import { scopeOf } from '../../../kernel/arn.ts'
import type { Scope } from '../../../kernel/brand.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { invalid } from '../rules.ts'
import { layerArn, layerVersionArn } from './layer.ts'

export interface LayerName {
  readonly scope: Scope
  readonly name: string
}

export interface LayerVersionName extends LayerName {
  readonly version: number
}

const arnForm =
  /^arn:aws[a-zA-Z-]*:lambda:(?<region>[a-z0-9-]+):(?<account>\d{12}):layer:(?<name>[a-zA-Z0-9-_]+)(?::(?<version>\d+))?$/
const nameForm = /^[a-zA-Z0-9-_]{1,140}$/

/** A name, or the ARN of a layer: of any account, in the caller's region. @throws ServiceError */
function readLayerName(text: string, context: CallContext): LayerName {
  if (nameForm.test(text)) return { scope: context, name: text }
  const { region, account = '', name, version } = arnForm.exec(text)?.groups ?? {}
  if (name === undefined || version !== undefined || !nameForm.test(name)) {
    throw invalid(`The layer name ${text} is neither a name nor an ARN of a layer.`)
  }
  checkRegion(region, context)
  return { scope: scopeOf(account, context.region), name }
}

/** As `readLayerName`, of the caller's account alone. @throws ServiceError */
export function ownLayerName(text: string, context: CallContext, operation: string): LayerName {
  const named = readLayerName(text, context)
  if (named.scope.account === context.account) return named
  throw foreignLayer(layerArn(named.scope, named.name), context, operation)
}

/** A version of a layer of any account, in the caller's region. @throws ServiceError */
export function readLayerVersion(
  text: string,
  version: number | undefined,
  context: CallContext,
): LayerVersionName {
  const named = readLayerName(text, context)
  // Recorded from the service.
  if (version === undefined || version < 1) throw invalid('Layer Version Cannot be less than 1')
  return { ...named, version }
}

/** As `readLayerVersion`, of the caller's account alone. @throws ServiceError */
export function ownLayerVersion(
  text: string,
  version: number | undefined,
  context: CallContext,
  operation: string,
): LayerVersionName {
  const named = readLayerVersion(text, version, context)
  if (named.scope.account === context.account) return named
  throw foreignLayer(arnOf(named), context, operation)
}

/** Of any account and region; undefined when the text names no version that anybody could have published. */
export function parseLayerVersionArn(text: string): LayerVersionName | undefined {
  const { region = '', account = '', name, version } = arnForm.exec(text)?.groups ?? {}
  if (name === undefined || version === undefined) return undefined
  return { scope: scopeOf(account, region), name, version: Number(version) }
}

export function arnOf({ scope, name, version }: LayerVersionName): string {
  return layerVersionArn({ ...scope, name, version })
}

/** Recorded from the service. */
export function layerVersionNotFound(named: LayerVersionName): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Layer version ${arnOf(named)} does not exist.`,
    { status: 404 },
  )
}

/** The refusal of a layer of another account, which no policy of it allows. Words as users report them. */
export function foreignLayer(arn: string, context: CallContext, operation: string): ServiceError {
  return new ServiceError(
    'AccessDeniedException',
    `User: ${context.principal.arn} is not authorized to perform: lambda:${operation} on resource: ${arn} because no resource-based policy allows the lambda:${operation} action`,
    { status: 403 },
  )
}

function checkRegion(region: string | undefined, context: CallContext): void {
  if (region === context.region) return
  // As the service says it of functions.
  throw new ServiceError(
    'ResourceNotFoundException',
    `Layers from '${region}' are not reachable in this region ('${context.region}')`,
    { status: 404 },
  )
}
