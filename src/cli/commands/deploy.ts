/** `lambdad deploy DIRECTORY`: makes a function of a directory, or brings one up to date with it. */
import path from 'node:path'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { Command } from 'commander'
import { type Client, openClient } from '../client.ts'
import { type ServerOptions, action, printJson, serverCommand } from '../command.ts'
import { guess } from '../deploy/guess.ts'
import { type PackageFile, listFiles, makePackage } from '../deploy/package.ts'
import { create, present, update } from '../deploy/publish.ts'
import { readCount, readVariable } from '../options.ts'
import { defaultPort } from '../places.ts'
import { counted, paint, size } from '../terminal.ts'

interface DeployOptions extends ServerOptions {
  readonly name?: string
  readonly runtime?: string
  readonly handler?: string
  readonly memory?: number
  readonly timeout?: number
  readonly role?: string
  readonly env?: Readonly<Record<string, string>>
  readonly json?: boolean
}

export function deployCommand(): Command {
  return serverCommand('deploy', 'create or update a function from a directory')
    .argument('<directory>', 'its files; .lambdadignore says which are left out')
    .option('--name <name>', "the function's name (default: the directory's)")
    .option('--runtime <identifier>', 'for example nodejs24.x (default: guessed from the files)')
    .option('--handler <file.name>', 'for example index.handler (default: guessed)')
    .option('--memory <MB>', 'memory', readCount)
    .option('--timeout <seconds>', 'time limit', readCount)
    .option('--env <name=value>', 'a variable of its environment; repeatable', readVariable)
    .option('--role <arn>', 'execution role')
    .option('--json', "print the function's configuration as JSON")
    .action(action(run))
}

async function run(directory: string, options: DeployOptions): Promise<void> {
  const root = path.resolve(directory)
  const files = await listFiles(root)
  const client = await openClient(options)
  const name = options.name ?? nameOf(root)
  const before = await present(client, name)
  // What a function has already is not guessed again.
  const said = before && {
    runtime: options.runtime ?? before.Runtime,
    handler: options.handler ?? before.Handler,
  }
  const choice = await choose(client, root, files, options, said)
  const zipped = await makePackage(root, files)
  const wanted = {
    ...choice,
    memoryMb: options.memory,
    timeoutSeconds: options.timeout,
    role: options.role,
    variables: options.env,
  }
  const done =
    before === undefined
      ? { configuration: await create(client, name, wanted, zipped), hasNewCode: true }
      : await update(client, before, wanted, zipped)
  if (options.json) return printJson(done.configuration)
  const how = before === undefined ? 'created' : 'updated'
  const code = `${counted(files.length, 'file')}, ${size(zipped.length)} zipped`
  const state = done.hasNewCode ? code : `${code}, the same code as before`
  await tell(client, done.configuration, `${how}: ${state}`)
}

/** Says on standard error what it chose, so that nobody has to wonder. */
async function choose(
  client: Client,
  root: string,
  files: readonly PackageFile[],
  options: DeployOptions,
  said: { readonly runtime: string | undefined; readonly handler: string | undefined } | undefined,
): Promise<{ runtime: string; handler: string }> {
  const { runtime = said?.runtime, handler = said?.handler } = options
  if (runtime !== undefined && handler !== undefined) return { runtime, handler }
  const runtimes = runtime === undefined ? await client.runtimes() : []
  const choice = await guess(root, files, runtimes, { runtime, handler })
  process.stderr.write(
    `Chose --runtime ${choice.runtime} --handler ${choice.handler}, because ${choice.because}.\n`,
  )
  return choice
}

async function tell(
  client: Client,
  configuration: FunctionConfiguration,
  how: string,
): Promise<void> {
  const { FunctionName = '', FunctionArn = '', Runtime, Handler } = configuration
  const url = await urlOf(client, FunctionName)
  const standard = `http://127.0.0.1:${defaultPort}`
  const at = client.endpoint === standard ? '' : ` --endpoint ${client.endpoint}`
  const lines = [
    `${paint('green', FunctionName, process.stdout)} (${Runtime}, ${Handler}) was ${how}.`,
    FunctionArn,
    ...(url === undefined ? [] : [url]),
    '',
    'Next:',
    `  lambdad invoke ${FunctionName} --payload '{"name":"you"}'${at}`,
    `  lambdad logs ${FunctionName} --follow${at}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Where plain HTTP reaches it; undefined when it has no address, or this server gives none. */
async function urlOf(client: Client, name: string): Promise<string | undefined> {
  const answer = await client.callLambda({
    method: 'GET',
    path: `/2021-10-31/functions/${encodeURIComponent(name)}/url`,
  })
  if (answer.status !== 200) return undefined
  const { FunctionUrl } = JSON.parse(answer.body.toString('utf8')) as { FunctionUrl?: string }
  return FunctionUrl
}

/** A function's name has letters, digits, `-` and `_`, 64 at most. */
function nameOf(root: string): string {
  const name = path.basename(root).replace(/[^\w-]+/g, '-')
  return name.replace(/^-+|-+$/g, '').slice(0, 64) || 'function'
}
