/** Who may call a function by its URL. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scopeOf } from '../../../kernel/arn.ts'
import type { Principal } from '../../../kernel/operation.ts'
import { type TestLambda, arnPrefix, context, openTestLambda } from '../test-support.ts'
import { ask, create } from './test-support.ts'

const open = async () => {
  const lambda = await openTestLambda(undefined, { asksUrlPolicies: true })
  await lambda.create('f')
  return lambda
}

/** AddPermission, named after its action. */
const permit = (lambda: TestLambda, action: string, changes: object = {}) =>
  lambda.call('AddPermission', {
    FunctionName: 'f',
    StatementId: action,
    Action: `lambda:${action}`,
    Principal: '*',
    ...changes,
  })

const forUrl = { FunctionUrlAuthType: 'NONE' }
const viaUrl = { InvokedViaFunctionUrl: true }

const statusOf = async (lambda: TestLambda, url: string, changes = {}) =>
  (await ask(lambda, url, changes)).status

describe('a URL without IAM', () => {
  test('is closed until the policy opens both actions to everybody (docs)', async () => {
    await using lambda = await open()
    const { FunctionUrl: url } = await create(lambda)
    const { status, headers, body } = await ask(lambda, url)
    assert.equal(status, 403)
    assert.equal(headers['x-amzn-ErrorType'], 'AccessDeniedException')
    assert.deepEqual(JSON.parse(body as string), {
      Message:
        'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
    })
    await permit(lambda, 'InvokeFunctionUrl', forUrl)
    assert.equal(await statusOf(lambda, url), 403)
    await permit(lambda, 'InvokeFunction', viaUrl)
    assert.equal(await statusOf(lambda, url), 200)
    await lambda.call('RemovePermission', { FunctionName: 'f', StatementId: 'InvokeFunctionUrl' })
    assert.equal(await statusOf(lambda, url), 403)
    assert.equal(lambda.invoker.invocations.length, 1)
  })

  test('is open to nobody by what is for others, or for the other auth type', async () => {
    for (const [urlChanges, invokeChanges] of [
      [{ FunctionUrlAuthType: 'AWS_IAM' }, viaUrl],
      [{ ...forUrl, Principal: '123456789012' }, viaUrl],
      [forUrl, { Principal: 's3.amazonaws.com' }],
      [forUrl, { ...viaUrl, PrincipalOrgID: 'o-1234567890' }],
    ]) {
      await using lambda = await open()
      const { FunctionUrl: url } = await create(lambda)
      await permit(lambda, 'InvokeFunctionUrl', urlChanges)
      await permit(lambda, 'InvokeFunction', invokeChanges)
      assert.equal(await statusOf(lambda, url), 403, JSON.stringify([urlChanges, invokeChanges]))
    }
  })

  test('takes a permission to invoke that says nothing of URLs, too', async () => {
    await using lambda = await open()
    const { FunctionUrl: url } = await create(lambda)
    await permit(lambda, 'InvokeFunctionUrl')
    await permit(lambda, 'InvokeFunction')
    assert.equal(await statusOf(lambda, url), 200)
  })

  test('of an alias asks the alias`s policy alone', async () => {
    await using lambda = await open()
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })
    const { FunctionUrl: own } = await create(lambda)
    const { FunctionUrl: ofAlias } = await create(lambda, { Qualifier: 'live' })
    const Qualifier = 'live'
    await permit(lambda, 'InvokeFunctionUrl', { ...forUrl, Qualifier })
    await permit(lambda, 'InvokeFunction', { ...viaUrl, Qualifier })
    assert.equal(await statusOf(lambda, ofAlias), 200)
    assert.equal(await statusOf(lambda, own), 403)
  })

  test('is closed by a Deny', async () => {
    await using lambda = await open()
    const { FunctionUrl: url } = await create(lambda)
    const Resource = `${arnPrefix}f`
    const narrow = { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } }
    await permit(lambda, 'InvokeFunctionUrl')
    await permit(lambda, 'InvokeFunction')
    const { Policy: text = '' } = await lambda.call<{ Policy?: string }>('GetPolicy', {
      FunctionName: 'f',
    })
    const policy = JSON.parse(text) as { Statement: object[] }
    const deny = { Effect: 'Deny', Principal: '*', Action: 'lambda:*', Resource, Condition: narrow }
    // As AWS does, PutResourcePolicy refuses what is public: the permissions stay as they are, for one account.
    for (const each of policy.Statement) Object.assign(each, { Principal: { AWS: '210987654321' } })
    await lambda.call('PutResourcePolicy', {
      ResourceArn: Resource,
      Policy: JSON.stringify({ ...policy, Statement: [deny, ...policy.Statement] }),
    })
    await permit(lambda, 'InvokeFunctionUrl', { StatementId: 'again' })
    await permit(lambda, 'InvokeFunction', { StatementId: 'more' })
    assert.equal(await statusOf(lambda, url), 403)
  })

  test('tells browsers what they may ask before it asks the policy', async () => {
    await using lambda = await open()
    const { FunctionUrl: url } = await create(lambda, {
      Cors: { AllowOrigins: ['https://a.example'] },
    })
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' }
    assert.equal(await statusOf(lambda, url, { method: 'OPTIONS', headers }), 200)
    const refused = await ask(lambda, url, { headers })
    assert.equal(refused.status, 403)
    // Without these the page could not read why.
    assert.equal(refused.headers['Access-Control-Allow-Origin'], 'https://a.example')
  })

  test('is open to all where callers are believed', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl: url } = await create(lambda)
    assert.equal(await statusOf(lambda, url), 200)
  })
})

describe('a URL with IAM', () => {
  const headers = { authorization: 'AWS4-HMAC-SHA256 ...' }
  const stranger: Principal = {
    account: scopeOf('210987654321', 'eu-west-1').account,
    arn: 'arn:aws:sts::210987654321:assumed-role/caller/session',
    userId: 'AROACALLER:session',
    accessKeyId: 'ASIA',
  }
  const as = (principal: Principal) => ({ headers, identify: async () => principal })

  test('lets its own account in, whatever the policy says', async () => {
    await using lambda = await open()
    const { FunctionUrl: url } = await create(lambda, { AuthType: 'AWS_IAM' })
    assert.equal(await statusOf(lambda, url, as(context.principal)), 200)
    assert.equal(await statusOf(lambda, url), 403)
  })

  test('lets others in by both permissions, wherever it is asked (docs)', async () => {
    for (const asksUrlPolicies of [true, false]) {
      await using lambda = await openTestLambda(undefined, { asksUrlPolicies })
      await lambda.create('f')
      const { FunctionUrl: url } = await create(lambda, { AuthType: 'AWS_IAM' })
      assert.equal(await statusOf(lambda, url, as(stranger)), 403)
      const Principal = 'arn:aws:iam::210987654321:role/caller'
      await permit(lambda, 'InvokeFunctionUrl', { Principal, FunctionUrlAuthType: 'AWS_IAM' })
      assert.equal(await statusOf(lambda, url, as(stranger)), 403)
      await permit(lambda, 'InvokeFunction', { Principal, ...viaUrl })
      assert.equal(await statusOf(lambda, url, as(stranger)), 200)
      const { authorizer } = JSON.parse(
        Buffer.from(lambda.invoker.invocations.at(-1)!.request.payload).toString(),
      ).requestContext
      assert.equal(authorizer.iam.accountId, '210987654321')
      // A permission for the URL lets nobody invoke past it.
      await assert.rejects(
        lambda.call(
          'Invoke',
          { FunctionName: `${arnPrefix}f` },
          { principal: stranger, account: stranger.account },
        ),
        { code: 'AccessDeniedException' },
      )
    }
  })

  test('hides no failure of ours behind a refusal', async () => {
    await using lambda = await open()
    const { FunctionUrl: url } = await create(lambda, { AuthType: 'AWS_IAM' })
    const identify = () => Promise.reject(new Error('the database is gone'))
    await assert.rejects(ask(lambda, url, { headers, identify }), /database/)
  })
})
