/** `lambdad logs NAME`: what a function has written, and with --follow what it writes. */
import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs'
import type { Command } from 'commander'
import { pause, systemClock } from '../../kernel/clock.ts'
import { type Client, openClient } from '../client.ts'
import { type ServerOptions, action, serverCommand } from '../command.ts'
import { CliError, Refusal } from '../failure.ts'
import { followPollMs, lateEventMs, logSinceMs } from '../limits.ts'
import { readSince } from '../options.ts'
import { paint, tame } from '../terminal.ts'

interface LogsOptions extends ServerOptions {
  readonly follow?: boolean
  /** See `readSince`. */
  readonly since?: number
  readonly json?: boolean
}

export function logsCommand(): Command {
  return serverCommand('logs', "print a function's log")
    .argument('<name>', 'name of the function, or of a log group: /aws/lambda/NAME')
    .option('-f, --follow', 'go on with what is written from now on, until interrupted')
    .option('--since <when>', 'a while (90s, 10m, 2h, 1d) or a time (default: 1h)', readSince)
    .option('--json', 'print each event as a line of JSON')
    .action(action(run))
}

async function run(name: string, options: LogsOptions): Promise<void> {
  const client = await openClient(options)
  const { group, isKnown } = await findGroup(client, name)
  const since = options.since ?? -logSinceMs
  const reader = new LogReader(client, group, since < 0 ? systemClock.nowMs() + since : since)
  const write = options.json ? asJson : asText
  // A group is made with its first line.
  const isThere = await reader.next(write)
  if (!isThere && !isKnown) throw noGroup(name)
  if (!isThere && !options.follow) process.stderr.write(`${name} has not written anything yet.\n`)
  while (options.follow) {
    await pause(followPollMs)
    await reader.next(write)
  }
}

/** Reads on where it has stopped; events that come late, with an older time, are not missed. */
class LogReader {
  readonly #client: Client
  readonly #group: string
  #fromMs: number
  /** Of events not older than `#fromMs`, by their ids. */
  readonly #seen = new Map<string, number>()

  constructor(client: Client, group: string, fromMs: number) {
    this.#client = client
    this.#group = group
    this.#fromMs = Math.max(0, fromMs)
  }

  /** @returns whether there is such a group */
  async next(write: (event: FilteredLogEvent) => void): Promise<boolean> {
    let nextToken: string | undefined
    try {
      do {
        const page = await this.#client.filterLogEvents({
          logGroupName: this.#group,
          startTime: this.#fromMs,
          nextToken,
        })
        for (const event of page.events ?? []) this.#tell(event, write)
        nextToken = page.nextToken
      } while (nextToken !== undefined)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'ResourceNotFoundException') return false
      throw error
    }
    this.#forget()
    return true
  }

  #tell(event: FilteredLogEvent, write: (event: FilteredLogEvent) => void): void {
    const { eventId = '', timestamp = 0 } = event
    if (this.#seen.has(eventId)) return
    this.#seen.set(eventId, timestamp)
    write(event)
  }

  /** What cannot come again. */
  #forget(): void {
    for (const ms of this.#seen.values()) this.#fromMs = Math.max(this.#fromMs, ms - lateEventMs)
    for (const [id, ms] of this.#seen) if (ms < this.#fromMs) this.#seen.delete(id)
  }
}

/** @returns the group a function logs to; `isKnown` when there is such a function */
async function findGroup(
  client: Client,
  name: string,
): Promise<{ group: string; isKnown: boolean }> {
  if (name.startsWith('/')) return { group: name, isKnown: false }
  try {
    const { LoggingConfig } = await client.configuration(name)
    return { group: LoggingConfig?.LogGroup ?? groupOf(name), isKnown: true }
  } catch (error) {
    const isGone = error instanceof Refusal && error.code === 'ResourceNotFoundException'
    if (!isGone) throw error
    // Deleted functions leave their logs behind.
    return { group: groupOf(name), isKnown: false }
  }
}

function groupOf(name: string): string {
  return `/aws/lambda/${name}`
}

function noGroup(name: string): CliError {
  return new CliError(
    `there is neither a function nor a log of the name ${name}. lambdad functions lists what there is.`,
  )
}

function asText({ timestamp = 0, message = '' }: FilteredLogEvent): void {
  const time = paint('dim', new Date(timestamp).toISOString(), process.stdout)
  process.stdout.write(`${time}  ${tame(message.trimEnd(), process.stdout)}\n`)
}

function asJson({ timestamp, message, logStreamName }: FilteredLogEvent): void {
  process.stdout.write(`${JSON.stringify({ timestamp, logStreamName, message })}\n`)
}
