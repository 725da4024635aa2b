/** Whole resource policies. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GetResourcePolicyResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const ResourceArn = `${arnPrefix}f`

async function withFunction(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  return lambda
}

const least = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::210987654321:root' },
  Action: 'lambda:InvokeFunction',
  Resource: ResourceArn,
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 1)
}

function put(lambda: TestLambda, Policy: string, more: object = {}) {
  const input = { ResourceArn, Policy, ...more }
  return lambda.call<GetResourcePolicyResponse>('PutResourcePolicy', input)
}

const get = (lambda: TestLambda) =>
  lambda.call<GetResourcePolicyResponse>('GetResourcePolicy', { ResourceArn })

const none = refusal('ResourceNotFoundException', 404, `No policy found for: ${ResourceArn}`)

describe('a whole policy', () => {
  test('replaces what AddPermission had made, and is what GetPolicy shows (docs)', async () => {
    await using lambda = await withFunction()
    await lambda.call('AddPermission', {
      FunctionName: 'f',
      StatementId: 'before',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
    })
    const document = policy({ Sid: 'after', ...least })
    const answer = await put(lambda, document)
    assert.equal(answer.Policy, document)
    assert.deepEqual(await get(lambda), answer)
    assert.deepEqual(await lambda.call('GetPolicy', { FunctionName: 'f' }), answer)
  })

  test('takes further statements, also when it has one that stands in no list', async () => {
    await using lambda = await withFunction()
    await put(
      lambda,
      JSON.stringify({ Version: '2012-10-17', Statement: { Sid: 'one', ...least } }),
    )
    await lambda.call('AddPermission', {
      FunctionName: 'f',
      StatementId: 'two',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
    })
    const { Statement } = JSON.parse((await get(lambda)).Policy ?? '')
    assert.deepEqual(
      Statement.map(({ Sid }: { Sid: string }) => Sid),
      ['one', 'two'],
    )
  })

  test('is one of something that is there, in this account and region, and not of $LATEST', async () => {
    await using lambda = await withFunction()
    const document = policy(least)
    for (const operation of ['PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy']) {
      const call = (arn: string) =>
        lambda.call(operation, {
          ResourceArn: arn,
          Policy: document.replaceAll(ResourceArn, arn),
        })
      for (const name of ['nope', 'f:1']) {
        const words = `Function not found: ${arnPrefix}${name}`
        await assert.rejects(
          call(arnPrefix + name),
          refusal('ResourceNotFoundException', 404, words),
        )
      }
      await assert.rejects(
        call(ResourceArn.replace('123456789012', '210987654321')),
        refusal('AccessDeniedException', 403, new RegExp(`lambda:${operation} on resource`)),
      )
      await assert.rejects(
        call(ResourceArn.replace('eu-west-1', 'us-east-1')),
        refusal('ResourceNotFoundException', 404, /^Functions from 'us-east-1' are not reachable/),
      )
    }
    await assert.rejects(
      put(lambda, document, { ResourceArn: `${ResourceArn}:$LATEST` }),
      refusal('InvalidParameterValueException', 400, /for \$LATEST\.$/),
    )
  })
})

describe('refused is', () => {
  const { Principal: _principal, ...noPrincipal } = least
  const documents: [string, RegExp][] = [
    ['no JSON', /it is no JSON/],
    ['[]', /must be a JSON object/],
    ['{"Version":"2012-10-17"}', /at least one statement/],
    [JSON.stringify({ Version: '2013-01-01', Statement: [least] }), /Version must be/],
    [JSON.stringify({ Id: 1, Statement: [least] }), /Id must be/],
    [
      JSON.stringify({ Statements: [], Statement: [least] }),
      /member that policies lack: Statements/,
    ],
    [policy({ ...least, Effect: 'allow' }), /Effect must be/],
    [policy({ ...least, Sid: 'with spaces' }), /Sid must be/],
    [policy({ Sid: 'a', ...least }, { Sid: 'a', ...least }), /the Sid a is there twice/],
    [policy(noPrincipal), /either Principal or NotPrincipal/],
    [policy({ ...least, NotPrincipal: '*' }), /either Principal or NotPrincipal/],
    [policy({ ...least, Principal: {} }), /names nobody/],
    [policy({ ...least, Principal: { Role: 'r' } }), /member that policies lack: Role/],
    [policy({ ...least, Principal: { AWS: 'nobody' } }), /^The provided principal was invalid/],
    [policy({ ...least, Principal: { Service: 's3' } }), /^The provided principal was invalid/],
    [policy({ ...least, Action: 's3:GetObject' }), /s3:GetObject is no action of Lambda/],
    [policy({ ...least, Action: [] }), /Action must be/],
    [policy({ ...least, Resource: '*' }), /Resource must be arn:aws:lambda/],
    [policy({ ...least, Resource: undefined }), /Resource must be/],
    [policy({ ...least, Resources: [] }), /member that policies lack: Resources/],
    [policy({ ...least, Condition: { Bool: { a: {} } } }), /Condition Bool a must be/],
    [policy({ ...least, Condition: { Bool: [] } }), /Condition Bool must be/],
  ]
  for (const [document, words] of documents) {
    test(`${words.source}: ${document.replaceAll(/\s+/g, ' ').slice(0, 60)}`, async () => {
      await using lambda = await withFunction()
      await assert.rejects(
        put(lambda, document),
        refusal('InvalidParameterValueException', 400, words),
      )
      await assert.rejects(get(lambda), none)
    })
  }

  const wide: [string, object][] = [
    ['everybody', { Principal: '*' }],
    ['every AWS principal', { Principal: { AWS: ['*'] } }],
    ['all but one', { Principal: undefined, NotPrincipal: { AWS: '210987654321' } }],
    ['any account', { Principal: '*', Condition: { StringLike: { 'aws:SourceAccount': '*' } } }],
    [
      'a condition that says nothing of who asks',
      { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': true } } },
    ],
    [
      'a negation',
      { Principal: '*', Condition: { StringNotEquals: { 'aws:SourceAccount': '210987654321' } } },
    ],
  ]
  for (const [whom, changes] of wide) {
    test(`what is open to ${whom} (model)`, async () => {
      await using lambda = await withFunction()
      await assert.rejects(
        put(lambda, policy({ ...least, ...changes })),
        refusal(
          'PublicPolicyException',
          400,
          "The resource-based policy you tried to add to the Lambda resource would grant public access to it, which isn't allowed.",
        ),
      )
    })
  }
})

test('a Deny wins over an Allow', async () => {
  await using lambda = await withFunction()
  const account = '210987654321'
  const principal = {
    account,
    arn: `arn:aws:iam::${account}:user/u`,
    userId: 'AIDA',
    accessKeyId: '',
  }
  const invoke = () =>
    lambda.call('Invoke', { FunctionName: ResourceArn }, { account, principal } as never)
  await put(lambda, policy(least))
  await invoke()
  await put(lambda, policy(least, { ...least, Effect: 'Deny', Action: '*' }))
  await assert.rejects(invoke(), refusal('AccessDeniedException', 403, /./))
})
