import type {
  UpdateCodeSigningConfigRequest,
  UpdateCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { changeCodeSigning } from '../code-signing/change-config.ts'
import { checkPublishers, codeSigningResponse } from '../code-signing/config.ts'
import type { LambdaService } from '../lambda-service.ts'

/** What the request leaves out stays. It counts from the next deployment of a function that has it. */
export function UpdateCodeSigningConfig(
  service: LambdaService,
): Operation<UpdateCodeSigningConfigRequest, UpdateCodeSigningConfigResponse> {
  return async (input, context) => {
    const { CodeSigningConfigArn = '', Description, AllowedPublishers, CodeSigningPolicies } = input
    const publishers = checkPublishers(AllowedPublishers?.SigningProfileVersionArns)
    const modifiedMs = service.clock.nowMs()
    const record = await changeCodeSigning(
      service,
      'LAMBDA:UPDATE_CODE_SIGNING',
      CodeSigningConfigArn,
      context,
      (before) => ({
        ...before,
        description: Description ?? before.description,
        publishers: AllowedPublishers === undefined ? before.publishers : publishers,
        policy: CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? before.policy,
        modifiedMs,
      }),
    )
    return { CodeSigningConfig: codeSigningResponse(record) }
  }
}
