/** What all commands but `start` have in common: their options, and how they end. */
import { Command, type CommanderError } from 'commander'
import { CliError, exitCodes } from './failure.ts'
import { paint } from './terminal.ts'

/** Of every command that speaks to a server. */
export interface ServerOptions {
  readonly endpoint?: string
  readonly region?: string
}

export function newCommand(name: string, description: string): Command {
  return new Command(name).description(description).exitOverride(endUsage)
}

/** A command that speaks to a server. */
export function serverCommand(name: string, description: string): Command {
  return newCommand(name, description)
    .option('--endpoint <url>', 'the server (default: LAMBDAD_ENDPOINT, or http://127.0.0.1:4566)')
    .option('--region <name>', 'AWS region (default: AWS_REGION, or us-east-1)')
}

/** Wrong usage has an exit code of its own; help and version are no mistakes. */
export function endUsage(error: CommanderError): never {
  process.exit(error.exitCode === 0 ? 0 : exitCodes.usage)
}

/** An action that ends in words and an exit code, whatever happens. */
export function action<T extends readonly unknown[]>(
  perform: (...parameters: T) => Promise<void>,
): (...parameters: T) => Promise<void> {
  return async (...parameters) => {
    endWithReader()
    try {
      await perform(...parameters)
    } catch (error) {
      fail(error)
    }
  }
}

/** `lambdad logs -f | head` is over when head is. */
function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' ? 0 : exitCodes.failed)
    })
  }
}

function fail(error: unknown): void {
  const [words, exitCode] =
    error instanceof CliError
      ? [error.message, error.exitCode]
      : [`this should not have happened, please report it: ${String(error)}`, exitCodes.failed]
  process.stderr.write(`${paint('red', 'lambdad:', process.stderr)} ${words}\n`)
  process.exitCode = exitCode
}

/** For programs: one document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}
