/** Layer versions that a caller may have: those of the own account, and those whose policy lets the caller. */
import { isTrusted } from '../../../access/policy/trust.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { contextKeys } from '../permissions/access.ts'
import type { LayerVersionRecord } from './layer.ts'
import { type LayerVersionName, arnOf, foreignLayer } from './names.ts'
import { type LayerDb, findLayerVersion } from './tables.ts'

/**
 * @returns undefined when there is none
 * @throws ServiceError `AccessDeniedException` for one of another account that may not be had, or is not there
 */
export async function findPermittedLayer(
  db: LayerDb,
  named: LayerVersionName,
  context: CallContext,
): Promise<LayerVersionRecord | undefined> {
  const { scope, name, version } = named
  const record = await findLayerVersion(db, scope, name, version)
  if (scope.account === context.account) return record
  const { principal } = context
  const action = 'GetLayerVersion'
  const isPermitted =
    record?.policy !== undefined &&
    isTrusted(record.policy.document, { principal }, `lambda:${action}`, contextKeys(context))
  if (isPermitted) return record
  throw foreignLayer(arnOf(named), context, action)
}
