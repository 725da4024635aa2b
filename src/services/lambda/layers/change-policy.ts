import type { LambdaService } from '../lambda-service.ts'
import { type PolicyRecord, checkPolicyRevision } from '../permissions/policy.ts'
import type { LambdaTables } from '../tables.ts'
import { type LayerVersionName, layerVersionNotFound } from './names.ts'
import { findLayerVersion, updateLayerVersion } from './tables.ts'

/**
 * Changes the policy of a layer version in one transaction.
 * @param revisionId which the policy must have; any when undefined
 * @param transition gives back what is to be, or undefined for no policy; throws to refuse
 * @returns the policy as it is then
 * @throws ServiceError `ResourceNotFoundException` when there is no such version
 */
export async function changeLayerPolicy(
  service: LambdaService,
  label: string,
  named: LayerVersionName,
  revisionId: string | undefined,
  transition: (before: PolicyRecord | undefined) => PolicyRecord | undefined,
): Promise<PolicyRecord | undefined> {
  const { scope, name, version } = named
  return await service.store.transaction<LambdaTables, PolicyRecord | undefined>(
    label,
    async (db) => {
      const record = await findLayerVersion(db, scope, name, version)
      if (!record) throw layerVersionNotFound(named)
      checkPolicyRevision(record.policy, revisionId, 'GetLayerPolicy')
      const policy = transition(record.policy)
      await updateLayerVersion(db, { ...record, policy })
      return policy
    },
  )
}
