/** Function URLs: their operations, and what is asked of them. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FunctionUrlConfig } from '@aws-sdk/client-lambda'
import { rawRequest } from '../../../../test/kit/raw-request.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Principal } from '../../../kernel/operation.ts'
import type { RawRequest } from '../../../kernel/ports.ts'
import { arnPrefix, context, openTestLambda, packageOf, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'
import { corsHeaders, preflightHeaders, withCors } from './cors.ts'
import { type Created, ask, create } from './test-support.ts'
import { idOfHost, urlOf } from './url.ts'

const eventOf = (lambda: TestLambda) =>
  JSON.parse(Buffer.from(lambda.invoker.invocations.at(-1)!.request.payload).toString())

function answers(lambda: TestLambda, value: unknown): void {
  const payload = Buffer.from(JSON.stringify(value))
  lambda.invoker.result = { payload, functionError: undefined, logTail: undefined }
}

describe('the configuration of a URL', () => {
  test('is created, shown, changed, listed and deleted', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const created = await create(lambda, { Cors: { AllowOrigins: ['*'] } })
    assert.match(
      created.FunctionUrl,
      /^http:\/\/[a-z0-9]{32}\.lambda-url\.eu-west-1\.localhost:4566\/$/,
    )
    assert.deepEqual(created, {
      FunctionUrl: created.FunctionUrl,
      FunctionArn: `${arnPrefix}f`,
      AuthType: 'NONE',
      Cors: { AllowOrigins: ['*'] },
      CreationTime: '2026-11-21T12:00:00.000Z',
      InvokeMode: 'BUFFERED',
    })
    await assert.rejects(
      create(lambda),
      refusal(
        'ResourceConflictException',
        409,
        `Failed to create function url config for [functionArn = ${arnPrefix}f]. Error message:  FunctionUrlConfig exists for this Lambda function`,
      ),
    )
    lambda.clock.advance(1000)
    const changed = await lambda.call<Created>('UpdateFunctionUrlConfig', {
      FunctionName: 'f',
      AuthType: 'AWS_IAM',
      Cors: {},
    })
    const { Cors: _, ...rest } = created
    const LastModifiedTime = '2026-11-21T12:00:01.000Z'
    assert.deepEqual(changed, { ...rest, AuthType: 'AWS_IAM', LastModifiedTime })
    assert.deepEqual(await lambda.call('GetFunctionUrlConfig', { FunctionName: 'f' }), changed)
    await lambda.call('DeleteFunctionUrlConfig', { FunctionName: 'f' })
    for (const operation of [
      'GetFunctionUrlConfig',
      'DeleteFunctionUrlConfig',
      'UpdateFunctionUrlConfig',
    ]) {
      await assert.rejects(
        lambda.call(operation, { FunctionName: 'f' }),
        refusal('ResourceNotFoundException', 404, 'The resource you requested does not exist.'),
      )
    }
  })

  test('belongs to a function or an alias, and goes with it', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    const live = { FunctionName: 'f', Name: 'live', FunctionVersion: '1' }
    await lambda.call('CreateAlias', live)
    const own = await create(lambda)
    const ofAlias = await create(lambda, { Qualifier: 'live' })
    assert.equal(ofAlias.FunctionArn, `${arnPrefix}f:live`)
    await assert.rejects(create(lambda, { Qualifier: '1' }), {
      code: 'InvalidParameterValueException',
    })
    await assert.rejects(create(lambda, { Qualifier: 'nope' }), {
      code: 'ResourceNotFoundException',
    })
    const { FunctionUrlConfigs = [], NextMarker } = await lambda.call<{
      FunctionUrlConfigs?: FunctionUrlConfig[]
      NextMarker?: string
    }>('ListFunctionUrlConfigs', { FunctionName: 'f', MaxItems: 1 })
    assert.deepEqual(
      FunctionUrlConfigs.map((each) => each.FunctionArn),
      [`${arnPrefix}f`],
    )
    const next = await lambda.call<{ FunctionUrlConfigs?: FunctionUrlConfig[] }>(
      'ListFunctionUrlConfigs',
      { FunctionName: 'f', Marker: NextMarker },
    )
    assert.deepEqual(
      next.FunctionUrlConfigs?.map((each) => each.FunctionArn),
      [`${arnPrefix}f:live`],
    )
    await ask(lambda, ofAlias.FunctionUrl)
    assert.equal(lambda.invoker.invocations.at(-1)?.version.version, '1')
    await lambda.call('DeleteAlias', live)
    assert.equal((await ask(lambda, ofAlias.FunctionUrl)).status, 404)
    await lambda.call('DeleteFunction', { FunctionName: 'f' })
    assert.equal((await ask(lambda, own.FunctionUrl)).status, 404)
  })

  test('is there after a restart', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl } = await create(lambda)
    await using again = await openTestLambda(lambda)
    await again.service.resume()
    assert.equal((await ask(again, FunctionUrl)).status, 200)
  })

  test('is where the client reached us', () => {
    const id = 'a'.repeat(32)
    const at = (endpoint: string) => urlOf(id, context.region, endpoint)
    assert.equal(at('http://127.0.0.1:4566'), `http://${id}.lambda-url.eu-west-1.localhost:4566/`)
    assert.equal(at('http://box.example'), `http://${id}.lambda-url.eu-west-1.box.example/`)
    assert.equal(at('http://192.0.2.1:80'), `http://192.0.2.1/_lambdad/url/${id}/`)
    assert.equal(idOfHost(new URL(at('http://127.0.0.1:1')).host), id)
    assert.equal(idOfHost('localhost:4566'), undefined)
  })
})

describe('a request to a URL', () => {
  test('is an event of format 2.0, and its answer HTTP (docs)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl } = await create(lambda)
    answers(lambda, {
      statusCode: 201,
      headers: { 'X-Mine': 'yes', 'Content-Length': 7 },
      cookies: ['a=1; Path=/', 'b=2'],
      body: 'aGVsbG8=',
      isBase64Encoded: true,
    })
    const answer = await ask(lambda, `${FunctionUrl}a%20b/c?x=1&x=2&y=%C3%BC`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'k=v; l=w', 'user-agent': 'curl' },
      body: Buffer.from('{"a":1}'),
    })
    assert.deepEqual(answer, {
      status: 201,
      headers: {
        'X-Mine': 'yes',
        'Content-Type': 'application/json',
        'x-amzn-RequestId': context.requestId,
      },
      cookies: ['a=1; Path=/', 'b=2'],
      body: Buffer.from('hello'),
    })
    const id = new URL(FunctionUrl).hostname.split('.')[0]
    assert.deepEqual(eventOf(lambda), {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a b/c',
      rawQueryString: 'x=1&x=2&y=%C3%BC',
      cookies: ['k=v', 'l=w'],
      headers: {
        host: new URL(FunctionUrl).host,
        'content-type': 'application/json',
        'user-agent': 'curl',
      },
      queryStringParameters: { x: '1,2', y: 'ü' },
      requestContext: {
        accountId: 'anonymous',
        apiId: id,
        domainName: new URL(FunctionUrl).hostname,
        domainPrefix: id,
        http: {
          method: 'POST',
          path: '/a b/c',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.7',
          userAgent: 'curl',
        },
        requestId: context.requestId,
        routeKey: '$default',
        stage: '$default',
        time: '21/Nov/2026:12:00:00 +0000',
        timeEpoch: 1_795_262_400_000,
      },
      body: '{"a":1}',
      isBase64Encoded: false,
    })
  })

  test('has its bytes in base64 when they are no text', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl } = await create(lambda)
    const body = Buffer.from([0xff, 0, 1])
    await ask(lambda, FunctionUrl, {
      method: 'PUT',
      headers: { 'content-type': 'image/png' },
      body,
    })
    const { body: sent, isBase64Encoded } = eventOf(lambda)
    assert.deepEqual([sent, isBase64Encoded], [body.toString('base64'), true])
  })

  test('comes by path for clients without such host names', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl } = await create(lambda)
    const id = new URL(FunctionUrl).hostname.split('.')[0]
    const route = lambda.service.routes.find(({ pathPrefix }) => pathPrefix === '/_lambdad/url/')
    for (const [path, seen] of [
      [`/_lambdad/url/${id}/x/y`, '/x/y'],
      [`/_lambdad/url/${id}`, '/'],
    ]) {
      const headers = { host: '192.0.2.1' }
      const answer = await route!.handle(rawRequest({ path: path!, headers }))
      assert.equal(answer.status, 200)
      assert.equal(eventOf(lambda).rawPath, seen)
    }
  })

  test('with AWS_IAM is for who has signed, and says who that is', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl } = await create(lambda, { AuthType: 'AWS_IAM' })
    const signed = { headers: { authorization: 'AWS4-HMAC-SHA256 ...' } }
    const stranger = { ...context.principal, account: '999999999999' } as Principal
    for (const changes of [{}, signed, { ...signed, identify: () => stranger }]) {
      const { status, body } = await ask(lambda, FunctionUrl, changes)
      assert.equal(status, 403)
      assert.match(body as string, /^\{"Message":"Forbidden\. For troubleshooting/)
    }
    assert.equal(lambda.invoker.invocations.length, 0)
    await ask(lambda, FunctionUrl, { ...signed, identify: async () => context.principal })
    const { accountId, authorizer } = eventOf(lambda).requestContext
    assert.equal(accountId, '123456789012')
    assert.equal(authorizer.iam.userArn, context.principal.arn)
  })

  test('fails as on AWS: 502, 429, 413', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl } = await create(lambda)
    const failed = {
      payload: Buffer.from('{}'),
      functionError: 'Unhandled',
      logTail: undefined,
    } as const
    lambda.invoker.result = failed
    assert.deepEqual(
      [(await ask(lambda, FunctionUrl)).status, (await ask(lambda, FunctionUrl)).body],
      [502, 'Internal Server Error'],
    )
    lambda.invoker.invoke = async () => {
      throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 })
    }
    assert.equal((await ask(lambda, FunctionUrl)).status, 429)
    const body = Buffer.alloc(6_291_456, 'x')
    const headers = { 'content-type': 'text/plain' }
    assert.equal((await ask(lambda, FunctionUrl, { method: 'POST', body, headers })).status, 413)
  })

  test('of a function that has no code in place yet is answered 502', async () => {
    await using lambda = await openTestLambda()
    lambda.invoker.onPrepare = () => Promise.reject(new Error('no'))
    await lambda.create('f', { Code: { ZipFile: packageOf('x') } })
    const { FunctionUrl } = await create(lambda)
    assert.equal((await ask(lambda, FunctionUrl)).status, 502)
  })
})

describe('browsers of other origins', () => {
  const cors = {
    AllowOrigins: ['https://a.example', 'https://*.b.example'],
    AllowMethods: ['GET', 'PUT'],
    AllowHeaders: ['x-mine'],
    ExposeHeaders: ['date', 'x-theirs'],
    AllowCredentials: true,
    MaxAge: 600,
  }

  test('are told before they ask, without the function', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const { FunctionUrl } = await create(lambda, { Cors: cors })
    const headers = {
      origin: 'https://x.b.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-mine',
    }
    assert.deepEqual(await ask(lambda, FunctionUrl, { method: 'OPTIONS', headers }), {
      status: 200,
      headers: {
        'Access-Control-Allow-Origin': 'https://x.b.example',
        Vary: 'Origin',
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Expose-Headers': 'date,x-theirs',
        'Access-Control-Allow-Methods': 'GET,PUT',
        'Access-Control-Allow-Headers': 'x-mine',
        'Access-Control-Max-Age': '600',
        'x-amzn-RequestId': context.requestId,
      },
      body: '',
    })
    assert.equal(lambda.invoker.invocations.length, 0)
    const answer = await ask(lambda, FunctionUrl, { headers: { origin: 'https://a.example' } })
    assert.equal(answer.headers['Access-Control-Allow-Origin'], 'https://a.example')
    assert.equal(lambda.invoker.invocations.length, 1)
  })

  test('that may not are told nothing', () => {
    for (const origin of [
      'https://evil.example',
      'https://b.example',
      'https://.b.example',
      undefined,
    ]) {
      const headers: RawRequest['headers'] = { origin }
      assert.deepEqual(corsHeaders(cors, headers), {}, String(origin))
      assert.deepEqual(preflightHeaders(cors, headers), {}, String(origin))
    }
  })

  test('may all with a star, which is never sent beside credentials', () => {
    const origin = 'https://c.example'
    assert.deepEqual(corsHeaders({ AllowOrigins: ['*'] }, { origin }), {
      'Access-Control-Allow-Origin': '*',
    })
    const open = {
      AllowOrigins: ['*'],
      AllowMethods: ['*'],
      AllowHeaders: ['*'],
      AllowCredentials: true,
    }
    const asked = { origin, 'access-control-request-method': 'DELETE' }
    const headers = preflightHeaders(open, asked)
    assert.equal(headers['Access-Control-Allow-Origin'], origin)
    assert.equal(headers['Access-Control-Allow-Methods'], 'DELETE')
    assert.equal(headers['Access-Control-Allow-Headers'], undefined)
  })

  test('see what the function says beside what the settings say (docs)', () => {
    const answer = {
      status: 200,
      headers: { 'access-control-allow-origin': '*', vary: 'Accept' },
      body: '',
    }
    const added = corsHeaders(cors, { origin: 'https://a.example' })
    assert.deepEqual(withCors(answer, added).headers, {
      'access-control-allow-origin': '*, https://a.example',
      vary: 'Accept, Origin',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'date,x-theirs',
    })
  })

  test('are told no names that could not be sent', () => {
    const origin = 'https://a.example'
    const odd = { AllowOrigins: [origin], ExposeHeaders: ['a\r\nb', 'ü€'], AllowHeaders: ['', 'x'] }
    const headers = preflightHeaders(odd, { origin })
    assert.equal(headers['Access-Control-Expose-Headers'], undefined)
    assert.equal(headers['Access-Control-Allow-Headers'], 'x')
  })
})
