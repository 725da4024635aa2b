/** `lambdad functions`: what is deployed. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { Command } from 'commander'
import { openClient } from '../client.ts'
import { type ServerOptions, action, printJson, serverCommand } from '../command.ts'
import { columns, paint } from '../terminal.ts'

interface FunctionsOptions extends ServerOptions {
  readonly json?: boolean
  readonly names?: boolean
}

export function functionsCommand(): Command {
  return serverCommand('functions', 'list the functions')
    .option('--names', 'print their names alone, one a line')
    .option('--json', 'print their configurations as JSON')
    .action(action(run))
}

async function run(options: FunctionsOptions): Promise<void> {
  const client = await openClient(options)
  const functions = await client.functions()
  if (options.json) return printJson(functions)
  if (options.names) {
    process.stdout.write(functions.map(({ FunctionName }) => `${FunctionName}\n`).join(''))
    return
  }
  if (functions.length === 0) {
    process.stderr.write(`No functions in ${client.region}. Make one: lambdad deploy DIRECTORY\n`)
    return
  }
  const head = ['NAME', 'RUNTIME', 'HANDLER', 'MEMORY', 'TIMEOUT', 'STATE', 'MODIFIED']
  const [title = '', ...lines] = columns([head, ...functions.map(row)]).split('\n')
  process.stdout.write([paint('bold', title, process.stdout), ...lines].join('\n'))
}

function row(each: FunctionConfiguration): string[] {
  const { FunctionName, Runtime, Handler, MemorySize, Timeout, LastModified } = each
  return [
    FunctionName ?? '',
    Runtime ?? '',
    Handler ?? '',
    `${MemorySize} MB`,
    `${Timeout} s`,
    stateOf(each),
    LastModified?.slice(0, 19).replace('T', ' ') ?? '',
  ]
}

/** `Active`, or what is going on, or went wrong. */
function stateOf({ State, LastUpdateStatus }: FunctionConfiguration): string {
  if (State !== 'Active' || LastUpdateStatus === 'Successful') return State ?? 'Active'
  return LastUpdateStatus === 'Failed' ? 'Active, update failed' : 'Active, updating'
}
