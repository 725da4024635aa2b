/** `lambdad status`: whether a server runs, and what it does. */
import type { Command } from 'commander'
import { openClient } from '../client.ts'
import { type ServerOptions, action, printJson, serverCommand } from '../command.ts'
import { columns, duration, paint } from '../terminal.ts'

interface StatusOptions extends ServerOptions {
  readonly json?: boolean
}

export function statusCommand(): Command {
  return serverCommand('status', 'tell whether a server runs, and what it does')
    .option('--json', 'print it as JSON')
    .action(action(run))
}

async function run(options: StatusOptions): Promise<void> {
  const client = await openClient(options)
  const status = await client.status()
  const [functions, account] = await Promise.all([client.functions(), client.account()])
  const { endpoint, region } = client
  if (options.json) {
    return printJson({ endpoint, ...status, account, region, functions: functions.length })
  }
  const { version, uptimeMs, isolation, network, auth, environments, waiting } = status
  const how = isolation === 'process' ? 'none: plain processes' : `${isolation}, network ${network}`
  process.stdout.write(
    `${paint('green', 'lambdad', process.stdout)} ${version} runs at ${endpoint}\n` +
      columns([
        ['  up', duration(uptimeMs)],
        ['  isolation', how],
        ['  auth', auth],
        ['  functions', `${functions.length}, of account ${account} in ${region}`],
        ['  sandboxes', `${environments} with a function, ${waiting} waiting for one`],
        ['  invocations', `${status.invocations} under way`],
      ]),
  )
}
