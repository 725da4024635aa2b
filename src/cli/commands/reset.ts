/** `lambdad reset`: deletes all functions and log groups, to begin anew. */
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { type Client, openClient } from '../client.ts'
import { type ServerOptions, action, printJson, serverCommand } from '../command.ts'
import { CliError, Refusal, exitCodes } from '../failure.ts'
import { counted } from '../terminal.ts'

interface ResetOptions extends ServerOptions {
  readonly yes?: boolean
  readonly json?: boolean
}

export function resetCommand(): Command {
  return serverCommand('reset', 'delete all functions and log groups of the account in the region')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print what was deleted as JSON; needs --yes')
    .action(action(run))
}

async function run(options: ResetOptions): Promise<void> {
  const client = await openClient(options)
  const [functions, logGroups, account] = await Promise.all([
    client.functions(),
    client.logGroups(),
    client.account(),
  ])
  const names = functions.map(({ FunctionName = '' }) => FunctionName)
  const what = `${counted(names.length, 'function')} and ${counted(logGroups.length, 'log group')}`
  const where = `account ${account} in ${client.region} at ${client.endpoint}`
  const total = names.length + logGroups.length
  if (total > 0 && !options.yes) await ask(`Delete ${what} of ${where}? [y/N] `)
  await deleteAll(client, names, logGroups)
  if (options.json) printJson({ functions: names, logGroups })
  else process.stdout.write(total === 0 ? `Nothing to delete: ${where}.\n` : `Deleted ${what}.\n`)
}

/** Functions first: those that run would make their log groups anew. */
async function deleteAll(
  client: Client,
  names: readonly string[],
  logGroups: readonly string[],
): Promise<void> {
  for (const name of names) {
    await unlessGone(client.lambda('DELETE', `/${encodeURIComponent(name)}`))
  }
  for (const group of logGroups) await unlessGone(client.deleteLogGroup(group))
}

async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'ResourceNotFoundException')) throw error
  }
}

/** @throws CliError unless the answer is yes */
async function ask(question: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CliError(
      'reset asks before it deletes, and there is nobody to ask: say --yes.',
      exitCodes.usage,
    )
  using terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(question)
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('nothing was deleted.')
}
