/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  badNumber,
  denied,
  layerGone,
  layerPrefix,
  permit,
  publishLayer,
  stranger,
} from '../layers/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

test('answers with the statement as AWS renders it (docs)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  const rest = `"Action":"lambda:GetLayerVersion","Resource":"${layerPrefix}tools:1"`
  const one = await permit(lambda)
  assert.equal(
    one.Statement,
    `{"Sid":"s1","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},${rest}}`,
  )
  const two = await permit(lambda, {
    StatementId: 's2',
    Principal: 'arn:aws:iam::210987654321:root',
  })
  assert.equal(two.Statement, one.Statement.replace('"s1"', '"s2"'))
  const all = await permit(lambda, {
    StatementId: 's3',
    Principal: '*',
    OrganizationId: 'o-t194hfs8cz',
    RevisionId: two.RevisionId,
  })
  assert.equal(
    all.Statement,
    `{"Sid":"s3","Effect":"Allow","Principal":"*",${rest},"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-t194hfs8cz"}}}`,
  )
})

test('refuses what it has, what it cannot have, and what it is not for (observed)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  await permit(lambda)
  await assert.rejects(
    permit(lambda),
    refusal(
      'ResourceConflictException',
      409,
      'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
    ),
  )
  await assert.rejects(
    permit(lambda, { StatementId: 's2', RevisionId: 'other' }),
    refusal('PreconditionFailedException', 412, /Call the GetLayerPolicy API/),
  )
  await assert.rejects(
    permit(lambda, { StatementId: 's2', OrganizationId: 'o-t194hfs8cz' }),
    refusal('InvalidParameterValueException', 400, /only for the principal \*/),
  )
  await assert.rejects(permit(lambda, { VersionNumber: 2 }), layerGone(`${layerPrefix}tools:2`))
  await assert.rejects(permit(lambda, { VersionNumber: 0 }), badNumber)
  await assert.rejects(
    lambda.call(
      'AddLayerVersionPermission',
      { LayerName: `${layerPrefix}tools`, VersionNumber: 1 },
      stranger,
    ),
    denied('AddLayerVersionPermission', `${layerPrefix}tools:1`),
  )
})

test('makes no policy larger than 20 KB (docs)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  const sid = (n: number) => `${n}`.padStart(100, 's')
  let added = 0
  await assert.rejects(
    async () => {
      for (;;) {
        await permit(lambda, { StatementId: sid(added) })
        added += 1
      }
    },
    refusal('PolicyLengthExceededException', 400, /is bigger than the limit \(20480\)\.$/),
  )
  assert.ok(added > 50)
})
