/** `lambdad coverage`: which operations of which AWS services work, and which do not yet. It needs no server. */
import type { Command } from 'commander'
import type { ServiceCoverage } from '../../kernel/reports.ts'
import { action, newCommand, printJson } from '../command.ts'
import { CliError, exitCodes } from '../failure.ts'
import { columns, paint } from '../terminal.ts'

interface CoverageOptions {
  readonly service?: string
  readonly json?: boolean
}

export function coverageCommand(): Command {
  return newCommand('coverage', 'list the operations of AWS that work, and those that do not yet')
    .option('--service <name>', 'of this service alone: lambda, logs, iam, sts')
    .option('--json', 'print them as JSON')
    .action(action(run))
}

async function run(options: CoverageOptions): Promise<void> {
  const { readCoverage } = await import('../../app/coverage.ts')
  const services = chosen(await readCoverage(), options.service)
  if (options.json) return printJson(services)
  const operations = services.map(operationsText)
  process.stdout.write([summary(services), ...operations].join('\n'))
}

function chosen(
  services: readonly ServiceCoverage[],
  name: string | undefined,
): readonly ServiceCoverage[] {
  if (name === undefined) return services
  const found = services.filter(({ id }) => id === name)
  if (found.length > 0) return found
  const known = services.map(({ id }) => id).join(', ')
  throw new CliError(`there is no service ${name}; there are ${known}.`, exitCodes.usage)
}

function summary(services: readonly ServiceCoverage[]): string {
  const rows = services.map(({ id, name, served, total, percent }) => [
    id,
    name,
    `${served} of ${total}`,
    `${percent} %`,
  ])
  const all = services.reduce((sum, { total }) => sum + total, 0)
  const work = services.reduce((sum, { served }) => sum + served, 0)
  return `${columns([['SERVICE', 'NAME', 'SERVED', 'SHARE'], ...rows])}${work} of ${all} operations work.\n`
}

/** One line an operation, the service on each, for grep. */
function operationsText({ id, operations }: ServiceCoverage): string {
  return columns(
    operations.map(({ name, served }) => [
      paint(served ? 'green' : 'dim', served ? 'served ' : 'not yet', process.stdout),
      `${id} ${name}`,
    ]),
  )
}
