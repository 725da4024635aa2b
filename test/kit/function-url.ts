/**
 * Function URLs in tests: made through the API, and asked over connections that need no name server. Names below
 * `localhost` are this machine to browsers and curl, but not to every resolver, so the host goes into the header.
 */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import http from 'node:http'
import {
  CreateFunctionUrlConfigCommand,
  type CreateFunctionUrlConfigCommandInput,
  type LambdaClient,
} from '@aws-sdk/client-lambda'

type UrlInput = Partial<CreateFunctionUrlConfigCommandInput> & { readonly FunctionName: string }

/** @returns the URL, without IAM unless told. */
export async function createUrl(client: LambdaClient, input: UrlInput): Promise<string> {
  const { FunctionUrl = '' } = await client.send(
    new CreateFunctionUrlConfigCommand({ AuthType: 'NONE', ...input }),
  )
  return FunctionUrl
}

export interface UrlRequest {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly agent?: http.Agent
}

/** Resolves with the head: the body is still to be read. */
export async function openUrl(
  url: string,
  { path = '/', body, ...others }: UrlRequest = {},
): Promise<http.IncomingMessage> {
  const { host, port, pathname } = new URL(url)
  const request = http.request({
    host: '127.0.0.1',
    port,
    path: pathname + path.slice(1),
    ...others,
    headers: { host, ...others.headers },
  })
  request.end(body)
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return response
}

export interface UrlAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  /** The answer ended as one that is whole: the connection was not cut. */
  readonly isWhole: boolean
}

export async function askUrl(url: string, request: UrlRequest = {}): Promise<UrlAnswer> {
  return await readAnswer(await openUrl(url, request))
}

export async function readAnswer(response: http.IncomingMessage): Promise<UrlAnswer> {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  // An answer that is cut ends with an error, and is closed all the same.
  response.on('error', () => undefined)
  await new Promise((resolve) => response.once('close', resolve))
  const { statusCode: status = 0, headers, complete: isWhole } = response
  return { status, headers, text: Buffer.concat(chunks).toString(), isWhole }
}
