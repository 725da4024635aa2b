import type {
  CreateCodeSigningConfigRequest,
  CreateCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import { randomBase32 } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import {
  type CodeSigningRecord,
  checkPublishers,
  codeSigningResponse,
} from '../code-signing/config.ts'
import { putCodeSigning } from '../code-signing/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { checkTags } from '../rules.ts'
import type { LambdaTables } from '../tables.ts'

/** 201. Profiles need not be known yet: nothing they have signed is trusted until they are. */
export function CreateCodeSigningConfig(
  service: LambdaService,
): Operation<CreateCodeSigningConfigRequest, CreateCodeSigningConfigResponse> {
  return async (input, context) => {
    const record: CodeSigningRecord = {
      account: context.account,
      region: context.region,
      id: `csc-${randomBase32(17).toLowerCase()}`,
      description: input.Description ?? '',
      publishers: checkPublishers(input.AllowedPublishers?.SigningProfileVersionArns),
      policy: input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? 'Warn',
      modifiedMs: service.clock.nowMs(),
      tags: checkTags(input.Tags),
    }
    const label = 'LAMBDA:CREATE_CODE_SIGNING'
    await service.store.transaction<LambdaTables, void>(label, (db) => putCodeSigning(db, record))
    return { CodeSigningConfig: codeSigningResponse(record) }
  }
}
