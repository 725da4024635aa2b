/** `lambdad doctor`: what this host lacks, and how to mend it. It needs no server. */
import path from 'node:path'
import { type Command, Option } from 'commander'
import { systemClock } from '../../kernel/clock.ts'
import type { Finding } from '../../kernel/reports.ts'
import { action, newCommand, printJson } from '../command.ts'
import { CliError, exitCodes } from '../failure.ts'
import { readPort } from '../options.ts'
import { cacheDirectory, defaultPort, dataDirectory as usualDataDirectory } from '../places.ts'
import { paint } from '../terminal.ts'

interface DoctorOptions {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly json?: boolean
  readonly trial?: boolean
}

export function doctorCommand(): Command {
  return newCommand('doctor', 'say what this host lacks for running functions, and how to mend it')
    .option('--host <address>', 'the address that the server would listen on', '127.0.0.1')
    .option('--port <number>', 'and its port', readPort, defaultPort)
    .option('--data-dir <directory>', "the server's data directory", usualDataDirectory())
    .option('--json', 'print the findings as JSON')
    .addOption(new Option('--trial', 'make one sandbox and tell how long it took').hideHelp())
    .action(action(run))
}

async function run(options: DoctorOptions): Promise<void> {
  const { examineHost, tryDefaultIsolation } = await import('../../app/doctor/index.ts')
  const dataDirectory = path.resolve(options.dataDir)
  if (options.trial) {
    const trial = tryDefaultIsolation(dataDirectory, systemClock)
    return printJson(
      await trial.catch((error: Error) => {
        throw new CliError(error.message)
      }),
    )
  }
  const findings = await examineHost({
    dataDirectory,
    cacheDirectory: cacheDirectory(),
    host: options.host,
    port: options.port,
    clock: systemClock,
    trialCommand: [
      ...[process.execPath, ...process.execArgv, process.argv[1] as string],
      ...['doctor', '--trial', '--data-dir', dataDirectory],
    ],
  })
  const lacking = findings.filter(({ needed, state }) => needed && state === 'missing')
  if (options.json) printJson({ works: lacking.length === 0, findings })
  else process.stdout.write(text(findings, lacking))
  if (lacking.length > 0) process.exitCode = exitCodes.failed
}

const styles = { ok: 'green', degraded: 'yellow', missing: 'red' } as const

function text(findings: readonly Finding[], lacking: readonly Finding[]): string {
  const verdict =
    lacking.length === 0
      ? 'Functions can run here, each in a sandbox of its own: lambdad start'
      : `Functions cannot run in sandboxes here, for the want of: ${lacking.map(({ name }) => name).join(', ')}.`
  return `${findings.map(paragraph).join('')}\n${verdict}\n`
}

function paragraph({ name, state, needed, found, meaning, mend }: Finding): string {
  const style = state === 'missing' && !needed ? 'dim' : styles[state]
  const mark = paint(style, state.padEnd(8), process.stdout)
  const lines = [`${mark}  ${name}: ${found}`, indented(paint('dim', meaning, process.stdout))]
  if (mend !== undefined) lines.push(indented(`mend: ${mend}`))
  return `${lines.join('\n')}\n`
}

function indented(line: string): string {
  return `          ${line}`
}
