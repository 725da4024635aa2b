/**
 * The server that is measured, started as a person starts it: bin/lambdad, with real sandboxes.
 * What it is not: a client to measure with. Functions are made through the SDK; calls that count go out as bytes
 * made by `signedCalls`. Read next: load-client.ts.
 */
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  type Runtime,
} from '@aws-sdk/client-lambda'
import { sign } from '../test/kit/sign.ts'
import { zip } from '../test/kit/zip.ts'
import { newDirectory, startAndRead, stop } from './processes.ts'

export const launcher = fileURLToPath(new URL('../bin/lambdad', import.meta.url))
const region = 'us-east-1'

/** The trivial handler, which workerd runs, too. */
export const echoHandler = 'export const handler = async (event) => event\n'

export interface Lambdad extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  readonly credentials: AccessKey
  /** For calls that are not measured, or not by the microsecond. */
  readonly client: LambdaClient
  /** Creates a function on nodejs24.x and resolves when it can be invoked; no environment exists then. */
  deploy(name: string, handlerSource: string, options?: DeployOptions): Promise<void>
  remove(name: string): Promise<void>
}

export interface DeployOptions {
  readonly memoryMb?: number
  readonly runtime?: Runtime
  /** A version of it, too. */
  readonly publish?: boolean
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** `--auth off` believes this one. */
const anyKey: AccessKey = { accessKeyId: '000000000000', secretAccessKey: 'secret' }

/** On a free port. @param args further options of `lambdad start` @param directory of data; a new one unless told */
export async function startLambdad(
  auth: 'off' | 'on' = 'off',
  args: readonly string[] = [],
  directory = newDirectory(),
): Promise<Lambdad> {
  const { child, match } = await startAndRead(
    [launcher, 'start', '--port=0', `--data-dir=${directory}`, `--auth=${auth}`, ...args],
    /is ready on http:\/\/127\.0\.0\.1:(\d+)/,
    process.env,
  )
  const port = Number(match[1])
  const credentials =
    auth === 'off' ? anyKey : await readCredentials(path.join(directory, 'credentials'))
  const endpoint = `http://127.0.0.1:${port}`
  // Where callers prove who they are, a function's role has to be there.
  if (auth === 'on') await createRole({ endpoint, region, credentials, maxAttempts: 1 })
  const client = new LambdaClient({ endpoint, region, credentials, maxAttempts: 1 })
  return {
    port,
    pid: child.pid as number,
    credentials,
    client,
    deploy: (name, handlerSource, options) => deploy(client, name, handlerSource, options),
    async remove(name) {
      await client.send(new DeleteFunctionCommand({ FunctionName: name }))
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await stop(child)
    },
  }
}

const roleName = 'bench'

async function createRole(options: ConstructorParameters<typeof IAMClient>[0] & object) {
  const client = new IAMClient(options)
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  }
  const AssumeRolePolicyDocument = JSON.stringify(trust)
  await client.send(new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument }))
  client.destroy()
}

async function deploy(
  client: LambdaClient,
  name: string,
  handlerSource: string,
  options: DeployOptions = {},
): Promise<void> {
  await create(client, name, handlerSource, options)
  await untilActive(client, name)
}

/** Answered, it cannot be invoked yet. */
export async function create(
  client: LambdaClient,
  name: string,
  handlerSource: string,
  { memoryMb = 128, runtime = 'nodejs24.x', publish = false }: DeployOptions = {},
): Promise<void> {
  const file = runtime.startsWith('python') ? 'index.py' : 'index.mjs'
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: runtime,
      MemorySize: memoryMb,
      Handler: 'index.handler',
      Role: `arn:aws:iam::000000000000:role/${roleName}`,
      Timeout: 30,
      Publish: publish,
      Code: { ZipFile: zip({ [file]: handlerSource }) },
    }),
  )
}

export async function untilActive(client: LambdaClient, name: string): Promise<void> {
  for (;;) {
    const answer = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))
    if (answer.State === 'Active') return
    if (answer.State === 'Failed') throw new Error(`${name} failed: ${answer.StateReason}`)
    await sleep(5)
  }
}

async function readCredentials(file: string): Promise<AccessKey> {
  const text = await readFile(file, 'utf8')
  const read = (key: string): string => new RegExp(`^${key} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
  return {
    accessKeyId: read('aws_access_key_id'),
    secretAccessKey: read('aws_secret_access_key'),
  }
}

/** A call to be signed. */
export interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: string
}

export function invokeCall(functionName: string, event: unknown): Call {
  const body = JSON.stringify(event)
  return { method: 'POST', path: `/2015-03-31/functions/${functionName}/invocations`, body }
}

/**
 * The call as it goes over the wire, `count` times, with a signature of its own each: they are dated back second
 * by second, which is within the clock skew that a server tolerates (five minutes) for the whole of a run.
 */
export function signedCalls(
  call: Call,
  server: { readonly port: number; readonly credentials?: AccessKey },
  count = 1,
): Promise<Uint8Array[]> {
  const nowMs = Date.now()
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { method, path: target } = call
      const body = Buffer.from(call.body)
      const headers = {
        host: `127.0.0.1:${server.port}`,
        'content-type': 'application/json',
        'content-length': String(body.length),
      }
      const request = await sign(
        { method, path: target, query: {}, headers, body },
        {
          ...(server.credentials ?? anyKey),
          service: 'lambda',
          region,
          atMs: nowMs - index * 1000,
        },
      )
      const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`)
      return Buffer.concat([
        Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`),
        body,
      ])
    }),
  )
}
