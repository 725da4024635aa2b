/**
 * One HTTP request to the server, and its whole answer.
 *
 * Not fetch: that gives up when the headers of an answer take five minutes, and an invocation may take fifteen.
 */
import http from 'node:http'
import https from 'node:https'
import { CliError, exitCodes } from './failure.ts'
import { answerBytesMax } from './limits.ts'

export interface HttpRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/** @throws CliError when no server answers, or one says more than a command can hold */
export async function send(url: URL, request: HttpRequest): Promise<HttpAnswer> {
  const { method, headers, body } = request
  const { request: open } = url.protocol === 'https:' ? https : http
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    open(url, { method, headers }).once('response', resolve).once('error', reject).end(body)
  }).catch((error: NodeJS.ErrnoException) => {
    throw unreachable(url, error)
  })
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > answerBytesMax) throw new CliError(`${url.origin} answers without end.`)
      chunks.push(chunk)
    }
  } catch (error) {
    response.destroy()
    if (error instanceof CliError) throw error
    throw unreachable(url, error as NodeJS.ErrnoException)
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
  }
}

/** How the connection failed, and what to do. */
function unreachable(url: URL, error: NodeJS.ErrnoException): CliError {
  const { origin } = url
  const words =
    error.code === 'ECONNREFUSED'
      ? `no server answers at ${origin}. Start one (lambdad start), or name another with --endpoint or LAMBDAD_ENDPOINT.`
      : `the connection to ${origin} failed (${error.code ?? error.message}). Is it lambdad's address? --endpoint or LAMBDAD_ENDPOINT names another.`
  return new CliError(words, exitCodes.unreachable, { cause: error })
}
