/** Expected values by origin: observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  denied,
  layerGone,
  layerPrefix,
  noPolicy,
  permit,
  publishLayer,
  stranger,
} from '../layers/test-kit.ts'
import { type TestLambda, openTestLambda, refusal } from '../test-support.ts'

const remove = (lambda: TestLambda, input: object, changes = {}) =>
  lambda.call(
    'RemoveLayerVersionPermission',
    { LayerName: 'tools', VersionNumber: 1, StatementId: 's1', ...input },
    changes,
  )
const policy = (lambda: TestLambda) =>
  lambda.call<{ Policy: string; RevisionId: string }>('GetLayerVersionPolicy', {
    LayerName: 'tools',
    VersionNumber: 1,
  })

test('takes one statement out, and the policy with the last', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  await permit(lambda)
  const { RevisionId } = await permit(lambda, { StatementId: 's2' })
  await remove(lambda, { RevisionId })
  const left = await policy(lambda)
  assert.match(left.Policy, /"Sid":"s2"/)
  assert.doesNotMatch(left.Policy, /"Sid":"s1"/)
  assert.notEqual(left.RevisionId, RevisionId)
  await remove(lambda, { StatementId: 's2' })
  await assert.rejects(policy(lambda), noPolicy)
})

test('refuses what is not there, and an older revision (observed)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  await assert.rejects(remove(lambda, {}), noPolicy)
  await permit(lambda)
  await assert.rejects(
    remove(lambda, { StatementId: 's2' }),
    refusal('ResourceNotFoundException', 404, 'Statement s2 is not found in resource policy.'),
  )
  await assert.rejects(
    remove(lambda, { RevisionId: 'other' }),
    refusal(
      'PreconditionFailedException',
      412,
      'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
    ),
  )
  const arn = `${layerPrefix}tools`
  await assert.rejects(remove(lambda, { VersionNumber: 2 }), layerGone(`${arn}:2`))
  await assert.rejects(
    remove(lambda, { LayerName: arn }, stranger),
    denied('RemoveLayerVersionPermission', `${arn}:1`),
  )
})
