/** Resource policies, statement by statement. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AddPermissionResponse, GetPolicyResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const least = {
  FunctionName: 'f',
  StatementId: 's3',
  Action: 'lambda:InvokeFunction',
  Principal: 's3.amazonaws.com',
}

async function withFunction(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  return lambda
}

async function added(lambda: TestLambda, changes: object): Promise<string | undefined> {
  const answer = await lambda.call<AddPermissionResponse>('AddPermission', { ...least, ...changes })
  return answer.Statement
}

const policyOf = (lambda: TestLambda, FunctionName = 'f') =>
  lambda.call<GetPolicyResponse>('GetPolicy', { FunctionName })

describe('a statement', () => {
  test('is rendered as AWS renders it: members, their order, no spaces (docs)', async () => {
    await using lambda = await withFunction()
    const statement = `{"Sid":"s3-account","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"${arnPrefix}f","Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::amzn-s3-demo-bucket"}}}`
    const answer = await added(lambda, {
      StatementId: 's3-account',
      SourceArn: 'arn:aws:s3:::amzn-s3-demo-bucket',
      SourceAccount: '123456789012',
    })
    assert.equal(answer, statement)
    const { Policy, RevisionId } = await policyOf(lambda)
    assert.equal(Policy, `{"Version":"2012-10-17","Id":"default","Statement":[${statement}]}`)
    assert.match(RevisionId ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  const principals: [string, unknown][] = [
    ['210987654321', { AWS: 'arn:aws:iam::210987654321:root' }],
    ['arn:aws:iam::210987654321:root', { AWS: 'arn:aws:iam::210987654321:root' }],
    ['arn:aws:iam::210987654321:role/path/r', { AWS: 'arn:aws:iam::210987654321:role/path/r' }],
    [
      'arn:aws:sts::210987654321:assumed-role/r/s',
      { AWS: 'arn:aws:sts::210987654321:assumed-role/r/s' },
    ],
    ['events.amazonaws.com', { Service: 'events.amazonaws.com' }],
    ['logs.us-east-1.amazonaws.com', { Service: 'logs.us-east-1.amazonaws.com' }],
    ['alexa-appkit.amazon.com', { Service: 'alexa-appkit.amazon.com' }],
    ['*', '*'],
  ]
  for (const [Principal, rendered] of principals) {
    test(`for ${Principal} (docs)`, async () => {
      await using lambda = await withFunction()
      const statement = JSON.parse((await added(lambda, { Principal })) ?? '')
      assert.deepEqual(statement.Principal, rendered)
      assert.equal('Condition' in statement, false)
    })
  }

  const conditions: [object, object][] = [
    [
      { PrincipalOrgID: 'o-a1b2c3d4e5f', Principal: '*' },
      { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5f' } },
    ],
    [{ EventSourceToken: 'token' }, { StringEquals: { 'lambda:EventSourceToken': 'token' } }],
    [
      { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE', Principal: '*' },
      { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
    ],
    [
      { InvokedViaFunctionUrl: true, Principal: '*' },
      { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    ],
  ]
  for (const [changes, condition] of conditions) {
    test(`under ${JSON.stringify(condition)} (docs)`, async () => {
      await using lambda = await withFunction()
      const statement = JSON.parse((await added(lambda, changes)) ?? '')
      assert.deepEqual(statement.Condition, condition)
    })
  }

  test('for nobody that is known is refused (observed)', async () => {
    await using lambda = await withFunction()
    const words = 'The provided principal was invalid. Please check the principal and try again.'
    for (const Principal of ['somebody', 'arn:aws:s3:::bucket', '12345', 'example.com', 'AWS']) {
      await assert.rejects(
        added(lambda, { Principal }),
        refusal('InvalidParameterValueException', 400, words),
      )
    }
    await assert.rejects(policyOf(lambda), refusal('ResourceNotFoundException', 404, /./))
  })

  test('has conditions on URLs only where they have a meaning', async () => {
    await using lambda = await withFunction()
    await assert.rejects(
      added(lambda, { FunctionUrlAuthType: 'NONE' }),
      refusal(
        'InvalidParameterValueException',
        400,
        // observed
        'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
      ),
    )
    await assert.rejects(
      added(lambda, { Action: 'lambda:InvokeFunctionUrl', InvokedViaFunctionUrl: true }),
      refusal('InvalidParameterValueException', 400, /^InvokedViaFunctionUrl is only supported/),
    )
  })
})

describe('a policy', () => {
  test('has its statements in the order in which they came, each id once (observed)', async () => {
    await using lambda = await withFunction()
    for (const StatementId of ['c', 'a', 'b']) await added(lambda, { StatementId })
    await assert.rejects(
      added(lambda, { StatementId: 'a', Principal: '*' }),
      refusal(
        'ResourceConflictException',
        409,
        'The statement id (a) provided already exists. Please provide a new statement id, or remove the existing statement.',
      ),
    )
    const sids = async () =>
      JSON.parse((await policyOf(lambda)).Policy ?? '').Statement.map(
        ({ Sid }: { Sid: string }) => Sid,
      )
    assert.deepEqual(await sids(), ['c', 'a', 'b'])
    await lambda.call('RemovePermission', { FunctionName: 'f', StatementId: 'a' })
    assert.deepEqual(await sids(), ['c', 'b'])
  })

  test('is that of a version, an alias or the function alone (docs)', async () => {
    await using lambda = await withFunction()
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })
    for (const FunctionName of ['f', 'f:1', 'f:live']) {
      const statement = JSON.parse((await added(lambda, { FunctionName })) ?? '')
      assert.equal(statement.Resource, arnPrefix + FunctionName)
    }
    await lambda.call('RemovePermission', { FunctionName: 'f', Qualifier: '1', StatementId: 's3' })
    await assert.rejects(
      policyOf(lambda, 'f:1'),
      refusal('ResourceNotFoundException', 404, 'The resource you requested does not exist.'),
    )
    assert.match((await policyOf(lambda, 'f:live')).Policy ?? '', /"s3"/)
    await lambda.call('DeleteAlias', { FunctionName: 'f', Name: 'live' })
    await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })
    await assert.rejects(policyOf(lambda, 'f:live'), refusal('ResourceNotFoundException', 404, /./))
  })

  test('is none of $LATEST by name (observed)', async () => {
    await using lambda = await withFunction()
    const words = 'We currently do not support adding policies for $LATEST.'
    for (const changes of [{ Qualifier: '$LATEST' }, { FunctionName: `${arnPrefix}f:$LATEST` }]) {
      await assert.rejects(
        added(lambda, changes),
        refusal('InvalidParameterValueException', 400, words),
      )
      await assert.rejects(
        lambda.call('RemovePermission', { FunctionName: 'f', StatementId: 's3', ...changes }),
        refusal('InvalidParameterValueException', 400, words),
      )
    }
  })

  test('is changed under the condition that it is the one that was read (observed)', async () => {
    await using lambda = await withFunction()
    const stale = refusal(
      'PreconditionFailedException',
      412,
      'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    )
    await assert.rejects(added(lambda, { RevisionId: 'other' }), stale)
    await added(lambda, {})
    const { RevisionId } = await policyOf(lambda)
    await added(lambda, { StatementId: 'second', RevisionId })
    assert.notEqual((await policyOf(lambda)).RevisionId, RevisionId)
    await assert.rejects(added(lambda, { StatementId: 'third', RevisionId }), stale)
    const remove = { FunctionName: 'f', StatementId: 's3' }
    await assert.rejects(lambda.call('RemovePermission', { ...remove, RevisionId }), stale)
    const now = await policyOf(lambda)
    await lambda.call('RemovePermission', { ...remove, RevisionId: now.RevisionId })
  })

  test('is at most 20 KB long', async () => {
    await using lambda = await withFunction()
    const SourceArn = `arn:aws:s3:::${'b'.repeat(9_000)}`
    await added(lambda, { StatementId: '1', SourceArn })
    await added(lambda, { StatementId: '2', SourceArn })
    const { Policy = '' } = await policyOf(lambda)
    const statement = (await added(lambda, { StatementId: '3' })) ?? ''
    await assert.rejects(
      added(lambda, { StatementId: '4', SourceArn }),
      refusal(
        'PolicyLengthExceededException',
        400,
        /^The final policy size \(2[78]\d{3}\) is bigger than the limit \(20480\)\.$/,
      ),
    )
    const after = (await policyOf(lambda)).Policy
    assert.equal(after?.length, Policy.length + statement.length + 1)
  })

  test('needs something that is there (observed)', async () => {
    await using lambda = await withFunction()
    for (const name of ['nope', 'f:1', 'f:live']) {
      const missing = refusal(
        'ResourceNotFoundException',
        404,
        `Function not found: ${arnPrefix}${name}`,
      )
      await assert.rejects(added(lambda, { FunctionName: name }), missing)
      await assert.rejects(policyOf(lambda, name), missing)
      await assert.rejects(
        lambda.call('RemovePermission', { FunctionName: name, StatementId: 's' }),
        missing,
      )
    }
  })
})
