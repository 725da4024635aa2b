/** `lambdad invoke NAME`: runs a function once and prints its answer. */
import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { openClient, refusalOf } from '../client.ts'
import { type ServerOptions, action, printJson, serverCommand } from '../command.ts'
import { CliError } from '../failure.ts'
import type { HttpAnswer } from '../http.ts'
import { payloadBytesMax } from '../limits.ts'
import { tame } from '../terminal.ts'

interface InvokeOptions extends ServerOptions {
  readonly payload?: string
  readonly qualifier?: string
  readonly tail?: boolean
  readonly json?: boolean
}

export function invokeCommand(): Command {
  return serverCommand('invoke', 'run a function once and print its answer')
    .argument('<name>', 'name or ARN of the function')
    .option('--payload <json>', 'the event: JSON, @FILE, or - for standard input (default: {})')
    .option('--qualifier <version>', 'version or alias')
    .option('--tail', 'print the last 4 KB of its log, on standard error')
    .option('--json', 'print the answer with all that Lambda says of it, as JSON')
    .action(action(run))
}

async function run(name: string, options: InvokeOptions): Promise<void> {
  const body = await readPayload(options.payload ?? '{}')
  const client = await openClient(options)
  const answer = await client.callLambda({
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
    query: options.qualifier === undefined ? {} : { Qualifier: options.qualifier },
    headers: options.tail || options.json ? { 'x-amz-log-type': 'Tail' } : {},
    body,
  })
  if (answer.status >= 300) throw explained(name, answer)
  const told = read(answer)
  if (options.json) printJson(told)
  else {
    if (options.tail) process.stderr.write(tame(told.log, process.stderr))
    await print(answer.body)
  }
  if (told.functionError !== undefined) throw new CliError(whatFailed(name, told))
}

/** What Lambda says of one invocation. */
interface Told {
  readonly statusCode: number
  readonly executedVersion: string | undefined
  readonly functionError: string | undefined
  readonly requestId: string | undefined
  /** As it came, where it is no JSON. */
  readonly payload: unknown
  readonly log: string
}

function read({ status, headers, body }: HttpAnswer): Told {
  const header = (name: string): string | undefined => headers[name]?.toString()
  return {
    statusCode: status,
    executedVersion: header('x-amz-executed-version'),
    functionError: header('x-amz-function-error'),
    requestId: header('x-amzn-requestid'),
    payload: parsed(body.toString('utf8')),
    log: Buffer.from(header('x-amz-log-result') ?? '', 'base64').toString('utf8'),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** To a program byte by byte, to a person with a line end and nothing that drives the terminal. */
async function print(body: Buffer): Promise<void> {
  const text = process.stdout.isTTY ? tame(body.toString('utf8'), process.stdout) : body
  const lineEnd = body.at(-1) === 0x0a ? '' : '\n'
  process.stdout.write(text)
  await new Promise<void>((resolve) => {
    process.stdout.write(lineEnd, () => resolve())
  })
}

function whatFailed(name: string, { payload, functionError }: Told): string {
  const error = (payload ?? {}) as { readonly errorType?: unknown; readonly errorMessage?: unknown }
  const { errorType = functionError, errorMessage = 'it gave no message' } = error
  const words = tame(`${String(errorType)}: ${String(errorMessage)}`, process.stderr)
  return `${name} failed: ${words}. Its log says more: lambdad logs ${name}`
}

function explained(name: string, answer: HttpAnswer): Error {
  const refusal = refusalOf(answer)
  if (refusal.code !== 'ResourceNotFoundException') return refusal
  return new CliError(
    `there is no function ${name} here (${refusal.message}). lambdad functions lists what there is.`,
  )
}

/** @throws CliError for a file that cannot be read, and for more than Lambda takes */
async function readPayload(text: string): Promise<Uint8Array | string> {
  if (text === '-') return await readInput()
  if (!text.startsWith('@')) return text
  const file = text.slice(1)
  try {
    const { size } = await stat(file)
    if (size > payloadBytesMax) throw tooLarge(file)
    return await readFile(file)
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`the payload ${file} cannot be read: ${(error as Error).message}`)
  }
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > payloadBytesMax) throw tooLarge('standard input')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(source: string): CliError {
  return new CliError(
    `${source} is larger than Lambda takes: ${payloadBytesMax} bytes. Put it into a bucket or a file, and send where it is.`,
  )
}
