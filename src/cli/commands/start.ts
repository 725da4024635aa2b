/** `lambdad start`: the server, in the foreground, until SIGTERM or SIGINT. */
import { flushCompileCache } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { Command, Option } from 'commander'
import { systemClock } from '../../kernel/clock.ts'
import { type ServerConfig, isLoopback } from '../../kernel/config.ts'
import { createLog } from '../../kernel/log.ts'
import { banner, nextSteps } from '../banner.ts'
import { readPort } from '../options.ts'
import { cacheDirectory, dataDirectory, defaultPort, defaultRegion } from '../places.ts'
import { readMegabytes } from '../megabytes.ts'

interface StartOptions {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly isolation: ServerConfig['isolation']
  readonly ociRuntime: ServerConfig['ociRuntime']
  readonly cpu: ServerConfig['cpu']
  readonly cpuIdle: ServerConfig['cpuIdle']
  readonly runtimeFallback?: 'on' | 'off'
  readonly network: ServerConfig['network']
  readonly memoryBudget: number
  readonly logStorage: number
  readonly auth: ServerConfig['auth']
  readonly logFormat: ServerConfig['logFormat']
  readonly logLevel: string
  readonly keyFile?: string
  readonly sample?: boolean
}

/** Node.js keeps compiled code for the next start only at a clean end, which a server may never see. */
const compileCacheMs = 2_000

/** Answering what is under way may take this long, of the ten seconds a stop may take in all. */
const drainMs = 8_000

export function startCommand(): Command {
  return new Command('start')
    .description('start the server, in the foreground')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes any free one', readPort, defaultPort)
    .option('--data-dir <directory>', 'where functions, logs and keys are kept', dataDirectory())
    .addOption(
      new Option('--isolation <kind>', 'how functions are kept apart')
        .choices(['oci', 'process'])
        .default('oci'),
    )
    .addOption(
      new Option('--oci-runtime <name>', 'what runs the sandboxes')
        .choices(['crun', 'runc', 'runsc'])
        .default('crun'),
    )
    .addOption(
      new Option('--cpu <mode>', "a function's CPU: by weight, or a hard quota")
        .choices(['shared', 'strict'])
        .default('shared'),
    )
    .addOption(
      new Option(
        '--cpu-idle <mode>',
        'what idle processors do under load, in a virtual machine with haltpoll',
      )
        .choices(['poll', 'sleep'])
        .default('poll'),
    )
    .addOption(
      new Option(
        '--runtime-fallback <on|off>',
        'run functions on the nearest version of their language when theirs is not here (default: on for loopback)',
      ).choices(['on', 'off']),
    )
    .addOption(
      new Option(
        '--network <mode>',
        'what functions reach: nothing, lambdad alone, or all but this host',
      )
        .choices(['none', 'host-only', 'egress'])
        .default('egress'),
    )
    .option(
      '--memory-budget <MB>',
      'memory for sandboxes that wait for a function; 0 makes none ahead',
      readMegabytes,
      defaultMemoryBudgetMb(),
    )
    .option(
      '--log-storage <MB>',
      "disk for functions' logs, the oldest are deleted beyond; 0 keeps all",
      readMegabytes,
      defaultLogStorageMb,
    )
    .addOption(
      new Option('--auth <mode>', 'believe every credential, or verify signatures')
        .choices(['off', 'on'])
        .default('off'),
    )
    .addOption(
      new Option('--log-format <format>', "of the server's own log")
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      new Option('--log-level <level>', "of the server's own log: this and what is graver")
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option('--key-file <file>', 'key of what is encrypted at rest (default: one of its own)')
    .option('--sample', 'bring along a sample function')
    .action(run)
}

async function run(options: StartOptions): Promise<void> {
  const startedMs = systemClock.monotonicMs()
  const log = await createLog(options.logFormat, options.logLevel)
  const config: ServerConfig = {
    host: options.host,
    port: options.port,
    dataDirectory: path.resolve(options.dataDir),
    cacheDirectory: cacheDirectory(),
    isolation: options.isolation,
    ociRuntime: options.ociRuntime,
    cpu: options.cpu,
    cpuIdle: options.cpuIdle,
    runtimeFallback:
      options.runtimeFallback === undefined
        ? isLoopback(options.host)
        : options.runtimeFallback === 'on',
    network: options.network,
    memoryBudgetMb: options.memoryBudget,
    logStorageMb: options.logStorage,
    auth: options.auth,
    logFormat: options.logFormat,
    keyFile: options.keyFile === undefined ? undefined : path.resolve(options.keyFile),
  }
  const { startServer } = await import('../../app/index.ts')
  let server: Awaited<ReturnType<typeof startServer>>
  try {
    server = await startServer(config, log)
  } catch (error) {
    log.error({}, `lambdad did not start: ${words(error, config)}`)
    process.exitCode = 1
    return
  }
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    // Further ones change nothing: the end is bounded anyway, and npm sends an interrupt a second time.
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
  })
  log.info({}, banner(server, config, systemClock.monotonicMs() - startedMs))
  if (options.sample) {
    // Beside the signals: a runtime may have to be fetched first, and a stop must not wait for that.
    const { ensureSample } = await import('../../app/sample.ts')
    void ensureSample(server, defaultRegion()).then(
      (trouble) => {
        if (trouble === undefined) log.info({}, nextSteps(server.url, config.auth === 'off'))
        else log.warn({}, `the sample function cannot be invoked: ${trouble}`)
      },
      (error: unknown) => log.warn({ error }, 'the sample function could not be made'),
    )
  }
  systemClock.after(compileCacheMs, flushCompileCache)
  const signal = await stopped
  log.info({}, `${signal}: finishing what is under way`)
  await server.drain(drainMs)
  await server[Symbol.asyncDispose]()
}

/** The trouble in words; only a fault of our own has a stack worth showing. */
function words(error: unknown, config: ServerConfig): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return `port ${config.port} on ${config.host} is taken. Stop what listens there, or choose another with --port.`
  }
  if (code === 'EACCES' && 'port' in error) {
    return `this user may not listen on port ${config.port}. Choose one above 1023 with --port.`
  }
  return error.name === 'TypeError' || error.name === 'AssertionError'
    ? (error.stack ?? error.message)
    : error.message
}

/** A sixteenth of the machine's memory, a gigabyte at most: some twenty Node.js processes on a small laptop. */
function defaultMemoryBudgetMb(): number {
  return Math.min(1024, Math.floor(os.totalmem() / 16 / 1024 / 1024))
}

/** Some 30 million lines, and little enough for any disk that one would put a server on. */
const defaultLogStorageMb = 4096
