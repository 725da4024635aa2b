/**
 * Who gets in, and who cannot start: `--auth on` through real clients, and the starts that a server refuses in
 * words. No function runs here, so no sandbox is needed.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { AwsCli, noAwsCli } from '../kit/aws-cli.ts'
import { type TestServer, startTestServer } from '../kit/server.ts'
import { sign } from '../kit/sign.ts'

const plain = ['--isolation=process']

interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

describe('--auth on', () => {
  let server: TestServer
  let root: Key

  before(async () => {
    server = await startTestServer({ args: [...plain, '--auth=on'] })
    const text = await readFile(credentialsFile(), 'utf8')
    const value = (name: string) => new RegExp(`^${name} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
    root = {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    }
  })

  after(() => server?.[Symbol.asyncDispose]())

  const credentialsFile = () => path.join(server.dataDirectory, 'credentials')
  const config = (credentials: Key, more: object = {}) => {
    return { endpoint: server.url, region: 'us-east-1', maxAttempts: 1, credentials, ...more }
  }
  type Call = (key: Key, more?: object) => Promise<object>
  const calls: Readonly<Record<'lambda' | 'logs' | 'iam' | 'sts', Call>> = {
    lambda: (key, more) => new LambdaClient(config(key, more)).send(new ListFunctionsCommand({})),
    logs: (key, more) =>
      new CloudWatchLogsClient(config(key, more)).send(new DescribeLogGroupsCommand({})),
    iam: (key, more) => new IAMClient(config(key, more)).send(new ListRolesCommand({})),
    sts: (key, more) => new STSClient(config(key, more)).send(new GetCallerIdentityCommand({})),
  }

  test('the root key lies in a file of its owner alone, and says where', async () => {
    assert.equal((await stat(credentialsFile())).mode & 0o777, 0o600)
    assert.match(root.accessKeyId, /^AKIA[A-Z0-9]{16}$/)
    assert.match(root.secretAccessKey, /^[A-Za-z0-9+/]{40}$/)
    assert.ok(server.output().includes(`export AWS_SHARED_CREDENTIALS_FILE=${credentialsFile()}`))
    assert.doesNotMatch(server.output(), new RegExp(root.secretAccessKey.replaceAll('+', '\\+')))
  })

  test('what is signed with the root key gets in', async () => {
    for (const call of Object.values(calls)) await call(root)
    const { Arn } = (await calls.sts(root)) as { Arn: string }
    assert.equal(Arn, 'arn:aws:iam::000000000000:root')
  })

  test('another secret, an unknown key and an old signature do not', async () => {
    const wrong = { ...root, secretAccessKey: 'wrong' }
    const unknown = { ...root, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
    const old = { systemClockOffset: -3_600_000 }
    const expected: Record<string, [wrong: string, unknown: string]> = {
      lambda: ['InvalidSignatureException', 'UnrecognizedClientException'],
      logs: ['InvalidSignatureException', 'UnrecognizedClientException'],
      iam: ['SignatureDoesNotMatch', 'InvalidClientTokenId'],
      sts: ['SignatureDoesNotMatch', 'InvalidClientTokenId'],
    }
    for (const [service, call] of Object.entries(calls)) {
      const [mismatch, unrecognized] = expected[service] ?? []
      await assert.rejects(call(wrong), { name: mismatch }, service)
      await assert.rejects(call(unknown), { name: unrecognized }, service)
      await assert.rejects(call(root, old), (error: Error) => {
        assert.equal(error.name, mismatch)
        assert.match(error.message, /^Signature expired: /)
        return true
      })
    }
  })

  test('an account that is claimed instead of proved does not', async () => {
    const claimed = { accessKeyId: '123456789012', secretAccessKey: 'secret' }
    await assert.rejects(calls.lambda(claimed), {
      name: 'UnrecognizedClientException',
    })
  })

  test('nobody does', async () => {
    const lambda = await fetch(`${server.url}/2015-03-31/functions`)
    assert.equal(lambda.status, 403)
    assert.equal(lambda.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException')
    assert.equal(
      ((await lambda.json()) as { message: string }).message,
      'Missing Authentication Token',
    )
    const sts = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    })
    assert.equal(sts.status, 403)
    assert.match(await sts.text(), /<Code>MissingAuthenticationToken<\/Code>/)
    // Whoever watches over the server needs no key.
    assert.equal((await fetch(`${server.url}/_lambdad/health`)).status, 200)
  })

  test('the metrics are for who has their token, or the root key', async () => {
    const file = path.join(server.dataDirectory, 'metrics-token')
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    const token = await readFile(file, 'utf8')
    const url = '/_lambdad/metrics'
    const ask = async (headers: Record<string, string>) => {
      const answer = await fetch(server.url + url, { headers })
      return [answer.status, (await answer.text()).includes('lambdad_invocations_total')]
    }
    assert.deepEqual(await ask({}), [401, false])
    assert.deepEqual(await ask({ authorization: `Bearer ${token}` }), [200, true])
    assert.deepEqual(await ask({ authorization: `Bearer ${token}0` }), [401, false])
    const { host } = new URL(server.url)
    const unsigned = {
      method: 'GET',
      path: url,
      query: {},
      headers: { host },
      body: Buffer.alloc(0),
    }
    for (const [key, expected] of [
      [root, [200, true]],
      [{ ...root, secretAccessKey: 'wrong' }, [401, false]],
    ] as const) {
      const options = { ...key, service: 'lambda', region: 'us-east-1', atMs: Date.now() }
      const { headers } = await sign(unsigned, options)
      assert.deepEqual(await ask(headers as Record<string, string>), expected)
    }
  })

  test('a signed body that is too large is told so', async () => {
    const large = Buffer.alloc(70_167_212, 'x')
    const url = '/2015-03-31/functions'
    const unsigned = { method: 'POST', path: url, query: {}, headers: {}, body: large }
    const options = { ...root, service: 'lambda', region: 'us-east-1', atMs: Date.now() }
    const host = new URL(server.url).host
    const { headers } = await sign({ ...unsigned, headers: { host } }, options)
    const answer = await fetch(server.url + url, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: large,
    })
    assert.equal(answer.status, 413)
    assert.equal(answer.headers.get('x-amzn-errortype'), 'RequestEntityTooLargeException')
    assert.match(
      await answer.text(),
      /Request must be smaller than 70167211 bytes for the CreateFunction operation/,
    )
  })

  test(
    'the CLI gets in with the file, and prints why it does not',
    { skip: noAwsCli ?? false },
    async () => {
      const byFile = {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_SHARED_CREDENTIALS_FILE: credentialsFile(),
      }
      const [within, wrong, unsigned] = await Promise.all([
        new AwsCli(server.url, {}, byFile).json('sts', 'get-caller-identity', '--query', 'Account'),
        new AwsCli(server.url, { account: root.accessKeyId }).run('lambda', 'list-functions'),
        new AwsCli(server.url).run('lambda', 'list-functions', '--no-sign-request'),
      ])
      assert.equal(within, '000000000000')
      assert.equal(wrong.code, 254)
      assert.match(
        wrong.stderr,
        /\(InvalidSignatureException\) when calling the ListFunctions operation: The request signature we calculated does not match/,
      )
      assert.match(
        unsigned.stderr,
        /\(MissingAuthenticationTokenException\) when calling the ListFunctions operation: Missing Authentication Token/,
      )
    },
  )
})

describe('a start that is refused, in words', () => {
  let directory: string

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-test-'))
  })

  after(() => rm(directory, { recursive: true }))

  const refused = async (words: RegExp, args: string[]): Promise<void> => {
    const start = startTestServer({ args: [...plain, ...args], dataDirectory: directory })
    await assert.rejects(
      start.then((server) => server[Symbol.asyncDispose]()),
      (error: Error) => {
        assert.match(error.message, words)
        assert.doesNotMatch(error.message, /^\s+at /m)
        return true
      },
    )
  }

  test('open to other machines without asking who is there', async () => {
    const words =
      /--host 0\.0\.0\.0 would let every machine .* run code on it\. Add --auth on, or listen on 127\.0\.0\.1\./
    await refused(words, ['--host=0.0.0.0'])
    const server = await startTestServer({ args: [...plain, '--host=0.0.0.0', '--auth=on'] })
    await server[Symbol.asyncDispose]()
  })

  test('a second server on the same data', async () => {
    const first = await startTestServer({ args: plain, dataDirectory: directory })
    try {
      await refused(new RegExp(`did not start: .*${directory}.*`), [])
      assert.equal((await fetch(`${first.url}/_lambdad/health`)).status, 200)
    } finally {
      await first[Symbol.asyncDispose]()
    }
    const next = await startTestServer({ args: plain, dataDirectory: directory })
    await next[Symbol.asyncDispose]()
  })

  test('a port that is taken', async () => {
    const listener = net.createServer()
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as AddressInfo
    try {
      await refused(
        new RegExp(
          `port ${port} on 127\\.0\\.0\\.1 is taken\\. Stop what listens there, or choose another with --port\\.`,
        ),
        [`--port=${port}`],
      )
    } finally {
      listener.close()
    }
  })
})
