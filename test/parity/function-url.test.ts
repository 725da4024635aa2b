/** Functions at URLs of their own, as HTTP clients see them: streamed and whole, open and closed. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import { type Socket, connect } from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import { type Clients, clientsOf, deploy, role } from '../kit/deploy.ts'
import { askUrl, createUrl, openUrl, readAnswer } from '../kit/function-url.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'
import { sign } from '../kit/sign.ts'

const skip = noSandboxes ?? false

/** What the functions do is told by the path; those that hold bytes back say that they are alive at once. */
const source = `
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

let flood = { id: undefined, written: 0 }

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const what = event.rawPath ?? '/tell'
  const head = (prelude) => awslambda.HttpResponseStream.from(stream, prelude)
  if (what === '/head') {
    head({ statusCode: 418, headers: { 'Content-Type': 'text/plain', 'x-mine': 'yes' }, cookies: ['a=1; Path=/', 'b=2'] })
    stream.write('short and ')
    stream.write('stout')
  } else if (what === '/only-head') {
    head({ statusCode: 404 })
    stream.write('')
  } else if (what === '/no-content') {
    head({ statusCode: 204 })
    stream.write('what nobody may see')
  } else if (what === '/bad-head') {
    head({ statusCode: 200, headers: { 'not a name': 'x' } })
    stream.write('')
  } else if (what === '/typed') {
    stream.setContentType('text/event-stream')
    stream.write('data: 1\\n\\n')
  } else if (what === '/bytes') {
    stream.write(Buffer.from([0, 255, 0]))
  } else if (what === '/json') {
    stream.write(JSON.stringify({ statusCode: 201, body: 'whole' }))
  } else if (what === '/fail-first') {
    throw new RangeError('nothing to say')
  } else if (what === '/fail-late') {
    head({ statusCode: 200 })
    stream.write('half')
    await sleep(50)
    throw new RangeError('no more')
  } else if (what === '/hang-first') {
    await sleep(60_000)
  } else if (what === '/hang-late') {
    stream.write('half')
    await sleep(60_000)
  } else if (what === '/flood') {
    flood = { id: event.rawQueryString, written: 0 }
    const piece = Buffer.alloc(65_536, 'x')
    for (let sent = 0; sent < 320; sent += 1) {
      if (!stream.write(piece)) await once(stream, 'drain')
      flood.written += 1
    }
  } else if (what === '/tell') {
    stream.write(JSON.stringify(flood))
  }
  stream.end()
})

export const plain = async (event) => {
  if (event.rawPath === '/fail') throw new Error('no')
  return { statusCode: 201, headers: { 'x-mine': 'yes' }, body: 'whole' }
}
`
const files = { 'index.mjs': source }

interface Flood {
  readonly id?: string
  readonly written: number
}

describe('function URLs', () => {
  let server: TestServer
  let client: Clients['lambda']
  const urls: Record<string, string> = {}

  before(async () => {
    if (skip) return
    server = await startTestServer()
    client = clientsOf(server.url).lambda
    const make = async (name: string, InvokeMode: 'RESPONSE_STREAM' | 'BUFFERED', more = {}) => {
      await deploy(client, { FunctionName: name, files, Timeout: 30, ...more })
      urls[name] = await createUrl(client, { FunctionName: name, InvokeMode })
    }
    await make('streams', 'RESPONSE_STREAM')
    await make('hangs', 'RESPONSE_STREAM', { Timeout: 3 })
    await make('plain', 'RESPONSE_STREAM', { Handler: 'index.plain' })
    await make('buffered', 'BUFFERED')
    await make('floods', 'RESPONSE_STREAM')
    // One environment for all: what it did for one caller, it can tell another.
    const one = { FunctionName: 'floods', ReservedConcurrentExecutions: 1 }
    await client.send(new PutFunctionConcurrencyCommand(one))
  })

  after(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  const ask = (name: string, what: string, more = {}) =>
    askUrl(urls[name]!, { path: what, ...more })

  test('stream with the head that the function gives (docs)', { skip }, async () => {
    const { status, headers, text, isWhole } = await ask('streams', '/head')
    assert.deepEqual([status, text, isWhole], [418, 'short and stout', true])
    assert.equal(headers['content-type'], 'text/plain')
    assert.equal(headers['x-mine'], 'yes')
    assert.deepEqual(headers['set-cookie'], ['a=1; Path=/', 'b=2'])
    assert.equal(headers['transfer-encoding'], 'chunked')
    assert.match(headers['x-amzn-requestid'] as string, /^[0-9a-f-]{36}$/)

    const only = await ask('streams', '/only-head')
    assert.deepEqual([only.status, only.text, only.isWhole], [404, '', true])
  })

  test(
    'stream bytes, or what the function calls them, when it gives no head',
    { skip },
    async () => {
      const typed = await ask('streams', '/typed')
      assert.equal(typed.headers['content-type'], 'text/event-stream')
      assert.equal(typed.text, 'data: 1\n\n')
      const bytes = await ask('streams', '/bytes')
      assert.deepEqual([bytes.status, bytes.text.length], [200, 3])
      assert.equal(bytes.headers['content-type'], 'application/octet-stream')
    },
  )

  test('keep the connection in step after an answer that can have no body', { skip }, async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    try {
      for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS']) {
        const nothing = await ask('streams', '/no-content', { agent, method })
        assert.deepEqual([nothing.status, nothing.text, nothing.isWhole], [204, '', true])
      }
      assert.equal((await ask('streams', '/head', { agent })).text, 'short and stout')
    } finally {
      agent.destroy()
    }
  })

  test(
    'are answered 502 when nothing could be sent before the failure (docs)',
    { skip },
    async () => {
      for (const [name, what] of [
        ['streams', '/fail-first'],
        ['streams', '/bad-head'],
        ['hangs', '/hang-first'],
        ['plain', '/fail'],
      ] as const) {
        const { status, text, isWhole } = await ask(name, what)
        assert.deepEqual([status, text, isWhole], [502, 'Internal Server Error', true], what)
      }
    },
  )

  test(
    'show what there is at once, and are cut when the function fails later',
    { skip },
    async () => {
      const late = await ask('streams', '/fail-late')
      assert.deepEqual([late.status, late.text, late.isWhole], [200, 'half', false])
      // The function sleeps until its time is over: what is read before was not held back until its end.
      const hanging = await openUrl(urls['hangs']!, { path: '/hang-late' })
      const [first] = await once(hanging, 'data')
      assert.equal(String(first), 'half')
      assert.equal(hanging.complete, false)
      assert.equal((await readAnswer(hanging)).isWhole, false)
      // The next one gets an environment of its own.
      assert.equal((await ask('hangs', '/typed')).isWhole, true)
    },
  )

  test('pass on as it is what a function returns that does not stream', { skip }, async () => {
    const { status, headers, text } = await ask('plain', '/')
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'application/octet-stream')
    assert.deepEqual(JSON.parse(text), {
      statusCode: 201,
      headers: { 'x-mine': 'yes' },
      body: 'whole',
    })
  })

  test('read as a whole what streams when they are BUFFERED', { skip }, async () => {
    const json = await ask('buffered', '/json')
    assert.deepEqual([json.status, json.text], [201, 'whole'])
    assert.equal(json.headers['content-length'], '5')
    for (const what of ['/head', '/typed', '/fail-late']) {
      assert.equal((await ask('buffered', what)).status, 502, what)
    }
  })

  test('stream from the moment the mode says so', { skip }, async () => {
    const FunctionName = 'plain'
    const buffered = { FunctionName, InvokeMode: 'BUFFERED' } as const
    await client.send(new UpdateFunctionUrlConfigCommand(buffered))
    assert.equal((await ask('plain', '/')).status, 201)
    await client.send(
      new UpdateFunctionUrlConfigCommand({ ...buffered, InvokeMode: 'RESPONSE_STREAM' }),
    )
    assert.equal((await ask('plain', '/')).status, 200)
  })

  /** What the last flood has come to; undefined while it goes on. */
  async function lastFlood(): Promise<Flood | undefined> {
    try {
      const { Payload } = await client.send(
        new InvokeCommand({ FunctionName: 'floods', Payload: '{}' }),
      )
      return JSON.parse(Payload?.transformToString() ?? '')
    } catch (error) {
      if (error instanceof TooManyRequestsException) return undefined
      throw error
    }
  }

  /** Asks for a flood over a socket of its own, and reads nothing. Resolves when the request is under way. */
  async function askForFlood(id: string): Promise<Socket> {
    const { host, port } = new URL(urls['floods']!)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise((resolve) =>
      socket.write(`GET /flood?${id} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, resolve),
    )
    return socket
  }

  async function leaveFlood(id: string, afterData: boolean): Promise<void> {
    const socket = await askForFlood(id)
    if (afterData) await once(socket, 'data')
    socket.destroy()
  }

  test('let the function go on when the client is gone', { skip }, async () => {
    for (const id of ['before', 'after']) {
      let last: Flood | undefined
      // Held up, it would never come to its end.
      while (last?.id !== id || last.written < 320) {
        // Asked anew when it was throttled, because we had looked before it came.
        if (last?.id !== id) await leaveFlood(id, id === 'after')
        while ((last = await lastFlood()) === undefined) await sleep(50)
      }
    }
  })

  test('hold the function up while the client does not read', { skip }, async () => {
    const socket = await askForFlood('slow')
    await once(socket, 'data')
    socket.pause()
    // Twenty megabytes are more than all that lies between them takes.
    for (let look = 0; look < 10; look += 1) {
      assert.equal(await lastFlood(), undefined)
      await sleep(50)
    }
    // One that is throttled meanwhile is told so, and no stream is begun.
    const throttled = await ask('floods', '/tell')
    assert.deepEqual(
      [throttled.status, throttled.headers['content-type']],
      [429, 'application/json'],
    )
    socket.resume()
    while (!isDeepStrictEqual(await lastFlood(), { id: 'slow', written: 320 })) await sleep(50)
    socket.destroy()
  })
})

describe('function URLs with --auth on', () => {
  const region = 'us-east-1'
  let server: TestServer
  let client: LambdaClient
  let root: { accessKeyId: string; secretAccessKey: string }

  before(async () => {
    if (skip) return
    server = await startTestServer({ args: ['--auth=on'] })
    const text = await readFile(path.join(server.dataDirectory, 'credentials'), 'utf8')
    const value = (name: string) => new RegExp(`^${name} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
    root = {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    }
    const config = { endpoint: server.url, region, credentials: root, maxAttempts: 1 }
    const trust = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    }
    await new IAMClient(config).send(
      new CreateRoleCommand({
        RoleName: role.split('/').at(-1),
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    )
    client = new LambdaClient(config)
    await deploy(client, { FunctionName: 'f', files, Handler: 'index.plain' })
    await deploy(client, { FunctionName: 'iam', files, Handler: 'index.plain' })
  })

  after(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  const permit = (Action: string, more: Partial<AddPermissionCommandInput>) =>
    client.send(
      new AddPermissionCommand({
        FunctionName: 'f',
        StatementId: Action.split(':')[1],
        Action,
        Principal: '*',
        ...more,
      }),
    )

  test(
    'are closed until the policy opens them to everybody (observed, docs)',
    { skip },
    async () => {
      const url = await createUrl(client, { FunctionName: 'f' })
      const { status, headers, text } = await askUrl(url)
      assert.equal(status, 403)
      assert.equal(headers['x-amzn-errortype'], 'AccessDeniedException')
      assert.equal(
        text,
        '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
      )
      await permit('lambda:InvokeFunctionUrl', { FunctionUrlAuthType: 'NONE' })
      assert.equal((await askUrl(url)).status, 403)
      await permit('lambda:InvokeFunction', { InvokedViaFunctionUrl: true })
      assert.equal((await askUrl(url)).status, 201)
      // Nobody may come past the URL by it.
      const invoked = await fetch(`${server.url}/2015-03-31/functions/f/invocations`, {
        method: 'POST',
      })
      assert.equal(invoked.status, 403)
    },
  )

  test('with IAM are for those who signed', { skip }, async () => {
    const url = await createUrl(client, { FunctionName: 'iam', AuthType: 'AWS_IAM' })
    const { host } = new URL(url)
    const signed = async (secretAccessKey: string) => {
      const request = { method: 'GET', path: '/', query: {}, headers: { host } }
      const options = { ...root, secretAccessKey, service: 'lambda', region, atMs: Date.now() }
      const { headers } = await sign({ ...request, body: new Uint8Array() }, options)
      return (await askUrl(url, { headers })).status
    }
    assert.equal((await askUrl(url)).status, 403)
    assert.equal(await signed('wrong'), 403)
    assert.equal(await signed(root.secretAccessKey), 201)
    // The function was asked once alone, and is what it was.
    const state = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'iam' }))
    assert.equal(state.State, 'Active')
  })
})
