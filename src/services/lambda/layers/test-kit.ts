/** For the tests of layers: publishing them, and who may not have them. */
import type { GetLayerVersionResponse, PublishLayerVersionResponse } from '@aws-sdk/client-lambda'
import type { CallContext } from '../../../kernel/operation.ts'
import { type TestLambda, context, packageOf, refusal } from '../test-support.ts'

export const layerPrefix = 'arn:aws:lambda:eu-west-1:123456789012:layer:'

/** Somebody of another account. */
export const stranger = {
  account: '210987654321' as CallContext['account'],
  principal: {
    ...context.principal,
    account: '210987654321' as CallContext['account'],
    arn: 'arn:aws:iam::210987654321:user/ci',
  },
}

export async function publishLayer(
  lambda: TestLambda,
  name: string,
  changes: object = {},
): Promise<PublishLayerVersionResponse> {
  return await lambda.call('PublishLayerVersion', {
    LayerName: name,
    Content: { ZipFile: packageOf(name) },
    ...changes,
  })
}

export async function getLayer(
  lambda: TestLambda,
  name: string,
  version: number,
  changes = {},
): Promise<GetLayerVersionResponse> {
  const input = { LayerName: name, VersionNumber: version }
  return await lambda.call('GetLayerVersion', input, changes)
}

/** Lets the stranger have version 1 of the layer `tools`, unless told otherwise. */
export async function permit(
  lambda: TestLambda,
  changes: object = {},
): Promise<{ Statement: string; RevisionId: string }> {
  return await lambda.call('AddLayerVersionPermission', {
    LayerName: 'tools',
    VersionNumber: 1,
    StatementId: 's1',
    Action: 'lambda:GetLayerVersion',
    Principal: '210987654321',
    ...changes,
  })
}

/** observed */
export const noLayer = refusal(
  'ResourceNotFoundException',
  404,
  'The resource you requested does not exist.',
)
/** observed */
export const noPolicy = refusal(
  'ResourceNotFoundException',
  404,
  'No policy is associated with the given resource.',
)
/** observed */
export const badNumber = refusal(
  'InvalidParameterValueException',
  400,
  'Layer Version Cannot be less than 1',
)

/** observed. @param arn of the version */
export function layerGone(arn: string) {
  return refusal('ResourceNotFoundException', 404, `Layer version ${arn} does not exist.`)
}

/** reported by users */
export function denied(operation: string, arn: string) {
  return refusal(
    'AccessDeniedException',
    403,
    `User: arn:aws:iam::210987654321:user/ci is not authorized to perform: lambda:${operation} on resource: ${arn} because no resource-based policy allows the lambda:${operation} action`,
  )
}
