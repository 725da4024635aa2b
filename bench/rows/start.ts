/** Server start: from the command to the first answer, with a fresh data directory and with one that is in use. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from '../exchange.ts'
import { launcher, signedCalls } from '../lambdad.ts'
import { newDirectory, own, stop } from '../processes.ts'
import { type Row, atMost, number } from '../report.ts'
import type { Setting } from '../setting.ts'
import { percentile, ratios } from '../statistics.ts'
import { timeToExit } from '../yardsticks/bare-node.ts'

/** Between two tries to connect: often enough for the figure, too seldom to slow the start down. */
const retryMs = 1
const patienceMs = 20_000

export interface Start {
  /** To the first 200 of /_lambdad/health. */
  readonly healthMs: number
  /** To the answer of a signed ListFunctions, sent right after that. */
  readonly answerMs: number
}

export async function startRows(setting: Setting): Promise<Row[]> {
  const bare: number[] = []
  const fresh: Start[] = []
  const existing: Start[] = []
  // The first fills the compile cache, as the first start after an installation does.
  await measureStart(newDirectory())
  for (let index = 0; index < setting.starts; index += 1) {
    const data = newDirectory()
    bare.push(await timeToExit(process.execPath))
    fresh.push(await measureStart(data))
    existing.push(await measureStart(data))
  }
  const row = (what: string, spentMs: number[], hasGoal: boolean): Row => ({
    what,
    lambdad: figures(spentMs),
    beside: `\`node -e 0\` to its end ${figures(bare)}`,
    ratio: ratios(spentMs, bare),
    goal: hasGoal ? atMost(300, percentile(spentMs, 0.5), ' ms') : undefined,
    samples: `${spentMs.length} / ${bare.length}`,
    failures: 0,
  })
  const answers = (starts: readonly Start[]) => starts.map((start) => start.answerMs)
  const healths = (starts: readonly Start[]) => starts.map((start) => start.healthMs)
  return [
    row('Server start to first answered call, fresh data, p50 / max', answers(fresh), true),
    row('Same, existing data', answers(existing), true),
    row('Server start to health, fresh data', healths(fresh), false),
    row('Same, existing data', healths(existing), false),
  ]
}

/** @throws when either answer is not a 200: a start that does not serve is no start. */
export async function measureStart(dataDirectory: string): Promise<Start> {
  const port = await freePort()
  const call = { method: 'GET', path: '/2015-03-31/functions/', body: '' } as const
  const [list] = await signedCalls(call, { port })
  const health = Buffer.from(
    `GET /_lambdad/health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: keep-alive\r\n\r\n`,
  )
  const startMs = performance.now()
  const child = own(
    spawn(launcher, ['start', `--port=${port}`, `--data-dir=${dataDirectory}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  try {
    const socket = await connect(port, () => {
      const isLate = performance.now() > startMs + patienceMs
      if (isLate || child.exitCode !== null) throw new Error(`the server did not start: ${output}`)
    })
    try {
      await exchange(socket, health)
      const healthMs = performance.now() - startMs
      await exchange(socket, list as Uint8Array)
      return { healthMs, answerMs: performance.now() - startMs }
    } finally {
      socket.destroy()
    }
  } finally {
    await stop(child)
  }
}

/** @param check throws when there is no use in trying on. */
async function connect(port: number, check: () => void): Promise<net.Socket> {
  for (;;) {
    const socket = net.connect({ host: '127.0.0.1', port, noDelay: true })
    try {
      await once(socket, 'connect')
      return socket
    } catch {
      socket.destroy()
      check()
      await sleep(retryMs)
    }
  }
}

/** Chosen beforehand, so that the wait for the listener needs no word of the server. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function figures(samplesMs: readonly number[]): string {
  return `${number(percentile(samplesMs, 0.5))} / ${number(Math.max(...samplesMs))} ms`
}
