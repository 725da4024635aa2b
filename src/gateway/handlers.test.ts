/** What each link of the chain adds, as an operation sees it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Authenticator } from '../access/index.ts'
import { ServiceError } from '../kernel/errors.ts'
import { type CallContext, notYet, responseHeaders } from '../kernel/operation.ts'
import { OpenAuthenticator } from '../access/index.ts'
import { createSigV4 } from '../wire/sigv4/index.ts'
import { answering, ask, callOf, getFunction, startTestGateway } from './test-support.ts'

describe('an operation', () => {
  it('gets its input, who asks, and from where', async () => {
    let seen: { input: unknown; context: CallContext } | undefined
    await using gateway = await startTestGateway({
      lambda: {
        GetFunction: (input, context) => {
          seen = { input, context }
          return {}
        },
      },
    })
    const { status, headers, text } = await ask(gateway, {
      path: '/2015-03-31/functions/my%2Dname?Qualifier=%24LATEST',
      headers: {
        Host: 'localhost:1',
        'X-Own': 'x',
        'X-Amz-Date': '20261121T000000Z',
        Authorization:
          'AWS4-HMAC-SHA256 Credential=123456789012/20261121/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=00',
      },
    })
    assert.equal(status, 200, text)
    assert.deepEqual(seen?.input, { FunctionName: 'my-name', Qualifier: '$LATEST' })
    const { account, region, principal, endpoint, requestId, headers: sent } = seen.context
    assert.deepEqual([account, region], ['123456789012', 'eu-west-1'])
    assert.equal(principal.arn, 'arn:aws:iam::123456789012:root')
    assert.equal(endpoint, 'http://localhost:1')
    assert.equal(requestId, headers['x-amzn-requestid'])
    assert.equal(sent['x-own'], 'x')
  })

  it('may answer at once, later, with nothing, and with headers of its own', async () => {
    const outputs = [
      () => undefined,
      async () => undefined,
      () => ({ [responseHeaders]: { 'X-Own': 'x' } }),
    ]
    for (const output of outputs) {
      await using gateway = await startTestGateway({ lambda: { GetFunction: output } })
      const { status, text, headers } = await ask(gateway, callOf.restJson1)
      assert.deepEqual([status, text], [200, '{}'])
      assert.equal(headers['x-own'], output() instanceof Promise || !output() ? undefined : 'x')
    }
  })

  for (const protocol of ['restJson1', 'awsJson', 'awsQuery'] as const) {
    it(`that is not there yet is refused by its name, in ${protocol}`, async () => {
      const names = {
        restJson1: /Lambda GetFunction/,
        awsJson: /DescribeLogGroups/,
        awsQuery: /STS GetCallerIdentity/,
      }
      for (const services of [answering(notYet), { lambda: {}, logs: {}, sts: {} }]) {
        await using gateway = await startTestGateway(services)
        const { status, text } = await ask(gateway, callOf[protocol])
        assert.equal(status, 501)
        assert.match(text, names[protocol])
        assert.match(text, /is not served by lambdad yet\./)
      }
    })
  }

  it('is not called with what its model forbids', async () => {
    await using gateway = await startTestGateway({
      lambda: { GetFunction: () => assert.fail('called') },
    })
    const { status, text } = await ask(gateway, {
      path: `/2015-03-31/functions/${'x'.repeat(300)}`,
    })
    assert.equal(status, 400)
    assert.match(text, /validation error detected/)
  })
})

describe('who asks', () => {
  it('is asked with the dialect of the service', async () => {
    const seen: string[] = []
    const open = new OpenAuthenticator(createSigV4())
    const authenticator: Authenticator = {
      authenticate(request, target) {
        seen.push(`${target.service} ${target.dialect}`)
        return open.authenticate(request, target)
      },
    }
    await using gateway = await startTestGateway(
      answering(() => ({})),
      { authenticator },
    )
    for (const call of Object.values(callOf)) await ask(gateway, call)
    assert.deepEqual(seen, ['lambda rest-json', 'logs json', 'sts query'])
  })

  it('may take a while to find out, and may be refused', async () => {
    const authenticator: Authenticator = {
      async authenticate() {
        throw new ServiceError('UnrecognizedClientException', 'Nobody knows you', { status: 403 })
      },
    }
    const services = answering(() => assert.fail('called'))
    await using gateway = await startTestGateway(services, { authenticator })
    for (const call of Object.values(callOf)) {
      const { status, text } = await ask(gateway, call)
      assert.equal(status, 403)
      assert.match(text, /Nobody knows you/)
    }
  })
})

describe('plain routes', () => {
  it('answer below their prefix, and only there', async () => {
    const routes = [
      {
        pathPrefix: '/_own/',
        handle: async (request: { readonly path: string; readonly query: string }) => ({
          status: 201,
          headers: { 'Content-Type': 'text/plain' },
          body: `${request.path}?${request.query}`,
        }),
      },
    ]
    await using gateway = await startTestGateway(
      { lambda: { GetFunction: () => ({}) } },
      { routes },
    )
    const { status, text } = await ask(gateway, { path: '/_own/a%20b?c=d' })
    assert.deepEqual([status, text], [201, '/_own/a%20b?c=d'])
    assert.equal((await ask(gateway, { path: '/_other' })).status, 404)
    assert.equal((await ask(gateway, { path: getFunction })).text, '{}')
  })
})
