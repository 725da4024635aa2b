/** `lambdad runtimes`: which program serves each of Lambda's runtimes here, or why none does. */
import type { Command } from 'commander'
import type { RuntimeFinding } from '../../kernel/reports.ts'
import { openClient } from '../client.ts'
import { type ServerOptions, action, printJson, serverCommand } from '../command.ts'
import { CliError, exitCodes } from '../failure.ts'
import { cacheDirectory } from '../places.ts'
import { columns, paint } from '../terminal.ts'

interface RuntimesOptions extends ServerOptions {
  readonly json?: boolean
}

export function runtimesCommand(): Command {
  return serverCommand('runtimes', "tell how each of Lambda's runtimes is served here, or why not")
    .option('--json', 'print them as JSON')
    .action(action(run))
}

async function run(options: RuntimesOptions): Promise<void> {
  const { runtimes, source } = await find(options)
  if (options.json) return printJson(runtimes)
  process.stdout.write(`${text(runtimes)}\n${paint('dim', source, process.stdout)}\n`)
}

/** The server's, or, without one where none was named, those that a server here would have. */
async function find(
  options: RuntimesOptions,
): Promise<{ runtimes: RuntimeFinding[]; source: string }> {
  const client = await openClient(options)
  try {
    return { runtimes: await client.runtimes(), source: `As served by ${client.endpoint}.` }
  } catch (error) {
    const isNamed = options.endpoint !== undefined || Boolean(process.env['LAMBDAD_ENDPOINT'])
    const isAbsent = error instanceof CliError && error.exitCode === exitCodes.unreachable
    if (isNamed || !isAbsent) throw error
  }
  const { describeRuntimes } = await import('../../app/runtimes.ts')
  const runtimes = await describeRuntimes({
    cacheDirectory: cacheDirectory(),
    runtimeFallback: true,
  })
  return {
    runtimes,
    source: 'No server runs: as lambdad start would serve them, with --runtime-fallback on.',
  }
}

const styles = { served: 'green', fallback: 'yellow', missing: 'red', unserved: 'dim' } as const

function text(runtimes: readonly RuntimeFinding[]): string {
  const rows = runtimes
    .filter(({ state }) => state !== 'unserved')
    .map(({ runtime, state, version, program, note }) => [
      paint(styles[state], state.padEnd(8), process.stdout),
      runtime,
      version ?? '',
      [program, note].filter((part) => part !== undefined).join(': '),
    ])
  return columns(rows) + unserved(runtimes)
}

/** By their reasons, of which there are few. */
function unserved(runtimes: readonly RuntimeFinding[]): string {
  const byNote = Map.groupBy(
    runtimes.filter(({ state }) => state === 'unserved'),
    ({ note }) => note ?? '',
  )
  return [...byNote]
    .map(([note, all]) => {
      const words = `unserved  ${note}: ${all.map(({ runtime }) => runtime).join(', ')}`
      return `${paint(styles.unserved, words, process.stdout)}\n`
    })
    .join('')
}
