/**
 * `npm run bench`: measures lambdad beside its yardsticks and writes docs/benchmarks.md.
 *
 *   --quick          few, short repetitions, to try the benchmark itself; writes nothing
 *   --write          writes even so
 *   --only=GROUP     a group below or several with commas; writes nothing
 *
 * What it is not: a test; a target that is missed is told, not an error. Failed requests are one.
 * Read next: rows/, load-client.ts, report.ts.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/kernel/clock.ts'
import { createLog } from '../src/kernel/log.ts'
import { ensureNodeRuntime } from '../src/runtimes/installer.ts'
import { LoadClient } from './load.ts'
import { type Row, markdown, missed } from './report.ts'
import { accountRows } from './rows/account.ts'
import { burstRows } from './rows/burst.ts'
import { coldRows } from './rows/cold.ts'
import { memoryRows } from './rows/memory.ts'
import { neighbourRows } from './rows/neighbours.ts'
import { sandboxRows } from './rows/sandboxes.ts'
import { startRows } from './rows/start.ts'
import { warmRows } from './rows/warm.ts'
import type { Setting } from './setting.ts'
import { workerdProgram } from './yardsticks/servers.ts'

const groups: Readonly<Record<string, (setting: Setting) => Promise<Row[]>>> = {
  warm: warmRows,
  cold: coldRows,
  burst: burstRows,
  sandboxes: sandboxRows,
  neighbours: neighbourRows,
  start: startRows,
  memory: memoryRows,
  account: accountRows,
}

const scale = {
  full: { repetitions: 7, starts: 20, prepareMs: 3000, warmupMs: 300, runMs: 1200 },
  quick: { repetitions: 3, starts: 3, prepareMs: 1000, warmupMs: 200, runMs: 400 },
}

const document = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const chosen = values.only?.split(',') ?? Object.keys(groups)
  const unknown = chosen.filter((name) => !Object.hasOwn(groups, name))
  if (unknown.length > 0) throw new Error(`no such group of rows: ${unknown.join(', ')}`)
  if (process.getuid?.() !== 0)
    throw new Error('measures real sandboxes, which need root: use sudo')

  const date = new Date()
  const startMs = performance.now()
  const machine = describeMachine()
  const functionNode = await nodeOfFunctions()
  await using client = new LoadClient()
  const setting = { client, functionNode, ...(values.quick ? scale.quick : scale.full) }
  const rows: Row[] = []
  for (const name of chosen) {
    console.error(`measuring: ${name}`)
    rows.push(...(await (groups[name] as (typeof groups)[string])(setting)))
  }
  const text = markdown({
    date,
    machine: [...machine, ...programs(functionNode)],
    rows,
    isQuick: values.quick,
    tookMs: performance.now() - startMs,
  })
  console.log(text)
  if (values.write || (!values.quick && values.only === undefined)) {
    await mkdir(path.dirname(document), { recursive: true })
    await writeFile(document, text)
    console.error(`written: ${path.relative(process.cwd(), document)}`)
  }
  for (const row of missed(rows)) console.error(`missed: ${row.what}`)
  if (rows.some((row) => row.failures > 0)) process.exitCode = 1
}

async function nodeOfFunctions(): Promise<string> {
  const { LAMBDAD_CACHE_DIR, XDG_CACHE_HOME } = process.env
  const cacheDirectory =
    LAMBDAD_CACHE_DIR ?? path.join(XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'lambdad')
  const log = await createLog('text')
  const directory = await ensureNodeRuntime(24, { cacheDirectory, clock: systemClock, log })
  return path.join(directory, 'bin', 'node')
}

function describeMachine(): [string, string][] {
  const cpus = os.cpus()
  return [
    ['Cores', `${cpus.length} (${cpus[0]?.model.trim() ?? 'unknown'})`],
    ['Memory', `${Math.round(os.totalmem() / 1024 ** 3)} GB`],
    ['Kernel', `${os.type()} ${os.release()}`],
    ['Idle processors', whenIdle()],
    [
      'Load before the run',
      os
        .loadavg()
        .map((load) => load.toFixed(2))
        .join(', '),
    ],
  ]
}

/** In virtual machines it decides how long it takes to wake one: a microsecond while it polls, tens once it has halted. */
function whenIdle(): string {
  const driver = readWord('/sys/devices/system/cpu/cpuidle/current_driver') ?? 'unknown'
  const pollNs = readWord('/sys/module/haltpoll/parameters/guest_halt_poll_ns')
  return pollNs === undefined ? driver : `${driver}, which polls for ${pollNs} ns`
}

function readWord(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

function programs(functionNode: string): [string, string][] {
  const version = (program: string): string =>
    (execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0] as string).trim()
  return [
    ['Node.js of the server, the echo and the client', process.version],
    ['Node.js of the functions', version(functionNode)],
    ['crun', version('crun')],
    ['workerd', version(workerdProgram)],
  ]
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error)
  // Whatever still runs is ended with this process.
  process.exit(1)
})
