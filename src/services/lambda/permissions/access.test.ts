/** What a policy opens to other accounts, seen from them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scopeOf } from '../../../kernel/arn.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const stranger = {
  ...scopeOf('210987654321', 'eu-west-1'),
  principal: {
    ...scopeOf('210987654321', 'eu-west-1'),
    arn: 'arn:aws:sts::210987654321:assumed-role/caller/session',
    userId: 'AROACALLER:session',
    accessKeyId: 'ASIA',
  },
} satisfies Partial<CallContext>

async function withFunction(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  return lambda
}

const permit = (lambda: TestLambda, changes: object) =>
  lambda.call('AddPermission', {
    FunctionName: 'f',
    StatementId: 's',
    Action: 'lambda:InvokeFunction',
    Principal: '210987654321',
    ...changes,
  })

const invoke = (lambda: TestLambda, name = 'f') =>
  lambda.call<{ StatusCode: number; ExecutedVersion: string }>(
    'Invoke',
    { FunctionName: arnPrefix + name },
    stranger,
  )

function denied(name: string, action = 'InvokeFunction') {
  return refusal(
    'AccessDeniedException',
    403,
    `User: ${stranger.principal.arn} is not authorized to perform: lambda:${action} on resource: ${arnPrefix}${name} because no resource-based policy allows the lambda:${action} action`,
  )
}

describe('a function of another account is invoked', () => {
  const principals = [
    '210987654321',
    'arn:aws:iam::210987654321:root',
    'arn:aws:iam::210987654321:role/caller',
    stranger.principal.arn,
    '*',
  ]
  for (const Principal of principals) {
    test(`when its policy lets ${Principal}`, async () => {
      await using lambda = await withFunction()
      await assert.rejects(invoke(lambda), denied('f'))
      await permit(lambda, { Principal })
      assert.equal((await invoke(lambda)).ExecutedVersion, '$LATEST')
      // It is the owner's: what runs is the owner's version.
      assert.equal(lambda.invoker.invocations.at(-1)?.version.account, '123456789012')
      await lambda.call('RemovePermission', { FunctionName: 'f', StatementId: 's' })
      await assert.rejects(invoke(lambda), denied('f'))
    })
  }

  const useless: [string, object][] = [
    ['somebody else', { Principal: '333333333333' }],
    ['another role', { Principal: 'arn:aws:iam::210987654321:role/other' }],
    ['a service', { Principal: 's3.amazonaws.com' }],
    ['another action', { Action: 'lambda:GetFunction' }],
    [
      'an organization that nobody is known to be in',
      { Principal: '*', PrincipalOrgID: 'o-a1b2c3d4e5f' },
    ],
    ['who comes with a token', { EventSourceToken: 'secret' }],
    ['who comes by a URL', { Principal: '*', InvokedViaFunctionUrl: true }],
    ['what acts for a bucket', { SourceArn: 'arn:aws:s3:::bucket' }],
  ]
  for (const [whom, changes] of useless) {
    test(`not when its policy lets ${whom}`, async () => {
      await using lambda = await withFunction()
      await permit(lambda, changes)
      await assert.rejects(invoke(lambda), denied('f'))
    })
  }

  test('by all actions at once', async () => {
    await using lambda = await withFunction()
    await permit(lambda, { Action: 'lambda:*' })
    assert.equal((await invoke(lambda)).StatusCode, 200)
  })

  test('by the very qualifier whose policy it is (docs)', async () => {
    await using lambda = await withFunction()
    await permit(lambda, { Qualifier: '1' })
    assert.equal((await invoke(lambda, 'f:1')).ExecutedVersion, '1')
    await assert.rejects(invoke(lambda), denied('f'))
    await permit(lambda, {})
    await assert.rejects(invoke(lambda, 'f:$LATEST'), denied('f:$LATEST'))
    await assert.rejects(invoke(lambda, 'f:2'), denied('f:2'))
  })
})

test('operations that AWS opens to other accounts are open to whom the policy names (docs)', async () => {
  await using lambda = await withFunction()
  const FunctionName = `${arnPrefix}f`
  const operations: [string, object][] = [
    ['GetFunction', {}],
    ['GetFunctionConfiguration', {}],
    ['GetPolicy', {}],
    ['ListVersionsByFunction', {}],
    ['PublishVersion', {}],
    ['CreateAlias', { Name: 'a', FunctionVersion: '1' }],
    ['GetAlias', { Name: 'a' }],
    ['UpdateAlias', { Name: 'a', Description: 'theirs' }],
    ['ListAliases', {}],
    ['DeleteAlias', { Name: 'a' }],
    ['UpdateFunctionCode', { ZipFile: new Uint8Array(), DryRun: true }],
    ['DeleteFunction', {}],
  ]
  for (const [operation, input] of operations) {
    const request = { FunctionName, ...input }
    await assert.rejects(lambda.call(operation, request, stranger), denied('f', operation))
    await permit(lambda, { StatementId: operation, Action: `lambda:${operation}` })
    if (operation === 'UpdateFunctionCode') {
      // Past the door: what is wrong now is the package.
      await assert.rejects(lambda.call(operation, request, stranger), /zip|code/)
    } else await lambda.call(operation, request, stranger)
  }
})

test('all others stay closed, whatever the policy says', async () => {
  await using lambda = await withFunction()
  await permit(lambda, { Action: '*' })
  const FunctionName = `${arnPrefix}f`
  const operations: [string, object][] = [
    ['AddPermission', { StatementId: 't', Action: 'lambda:*', Principal: '*' }],
    ['RemovePermission', { StatementId: 's' }],
    ['UpdateFunctionConfiguration', { Timeout: 9 }],
    ['PutFunctionEventInvokeConfig', { MaximumRetryAttempts: 0 }],
    ['PutFunctionRecursionConfig', { RecursiveLoop: 'Allow' }],
    ['PutRuntimeManagementConfig', { UpdateRuntimeOn: 'Auto' }],
  ]
  for (const [operation, input] of operations) {
    await assert.rejects(
      lambda.call(operation, { FunctionName, ...input }, stranger),
      denied('f', operation),
    )
  }
})

test('what is not there is not told from what is closed', async () => {
  await using lambda = await withFunction()
  await assert.rejects(invoke(lambda, 'nope'), denied('nope'))
})
