/**
 * Real clients of a test server, and functions made and called through them.
 * Not for tests of one room: those call its functions. Read next: server.ts.
 */
import { Buffer } from 'node:buffer'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { IAMClient } from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda'
import { STSClient } from '@aws-sdk/client-sts'
import { zip } from './zip.ts'

/** Who asks, and where. With `--auth off` an access key of twelve digits is that account. */
export interface Identity {
  readonly account?: string
  readonly region?: string
}

export interface Clients {
  readonly lambda: LambdaClient
  readonly logs: CloudWatchLogsClient
  readonly iam: IAMClient
  readonly sts: STSClient
}

export const defaultAccount = '000000000000'
export const defaultRegion = 'us-east-1'
export const role = `arn:aws:iam::${defaultAccount}:role/lambda-role`

/** Without retries: a refusal is seen once, as it is. */
export function clientsOf(url: string, identity: Identity = {}): Clients {
  const { account = defaultAccount, region = defaultRegion } = identity
  const config = {
    endpoint: url,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  }
  return {
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
  }
}

/** Waiters look often: a function is active in a moment. Seconds. */
export const patience = { maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.2 }

export interface Deployment extends Partial<Omit<CreateFunctionCommandInput, 'Code'>> {
  readonly FunctionName: string
  readonly files: Readonly<Record<string, string>>
}

/** Creates a function, on nodejs24.x and `index.handler` unless told, and waits until it is active. */
export async function deploy(client: LambdaClient, deployment: Deployment): Promise<void> {
  const { files, ...input } = deployment
  await client.send(
    new CreateFunctionCommand({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role,
      ...input,
      Code: { ZipFile: zip(files) },
    }),
  )
  const { FunctionName } = input
  await waitUntilFunctionActiveV2({ client, ...patience }, { FunctionName })
}

/** An answer of Invoke as it came over the wire. */
export interface Invoked {
  readonly status: number
  readonly headers: Headers
  readonly requestId: string
  readonly text: string
  /** `X-Amz-Function-Error`. */
  readonly error: string | null
  /** The log's tail, by lines, when it was asked for. */
  readonly log: readonly string[]
}

/**
 * Invokes over plain HTTP, as the default account in the default region, and asks for the log's tail unless
 * told otherwise.
 */
export async function invoke(
  url: string,
  name: string,
  event: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Invoked> {
  const response = await fetch(`${url}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    headers: { 'x-amz-log-type': 'Tail', ...headers },
    body: event instanceof Uint8Array ? Buffer.from(event) : JSON.stringify(event),
  })
  const tail = Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64').toString()
  return {
    status: response.status,
    headers: response.headers,
    requestId: response.headers.get('x-amzn-requestid') ?? '',
    text: await response.text(),
    error: response.headers.get('x-amz-function-error'),
    log: tail.split('\n').filter((line) => line !== ''),
  }
}
