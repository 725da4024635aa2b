/** Sandboxes made and destroyed with nothing in them: what an OCI runtime and everything around it cost. */
import { createBackend } from '../../src/sandbox/index.ts'
import type { SandboxBackend, SandboxId } from '../../src/sandbox/sandbox.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { randomHex } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { type Row, atLeast, number, withRange } from '../report.ts'
import type { Setting } from '../setting.ts'
import { spread } from '../statistics.ts'

const lanes = 4

export async function sandboxRows(setting: Setting): Promise<Row[]> {
  await using backend = await createBackend({
    kind: 'oci',
    runtime: 'crun',
    runDirectory: '/run/lambdad',
    cpu: 'shared',
    log: silentLog,
    clock: systemClock,
  })
  await perSecond(backend, lanes, setting.warmupMs)
  const alone: number[] = []
  const together: number[] = []
  for (let index = 0; index < setting.repetitions; index += 1) {
    alone.push(await perSecond(backend, 1, setting.runMs))
    together.push(await perSecond(backend, lanes, setting.runMs))
  }
  const row = (what: string, rates: readonly number[], hasGoal: boolean): Row => ({
    what,
    lambdad: withRange(spread(rates), '/s'),
    beside: '',
    ratio: undefined,
    goal: hasGoal ? atLeast(100, spread(rates).median, '/s') : undefined,
    samples: number(rates.reduce((sum, rate) => sum + (rate * setting.runMs) / 1000, 0)),
    failures: 0,
  })
  return [
    row(`Sandboxes made and destroyed, empty, ${lanes} at a time`, together, true),
    row('Same, one after the other', alone, false),
  ]
}

async function perSecond(backend: SandboxBackend, width: number, forMs: number): Promise<number> {
  const startMs = performance.now()
  let made = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < startMs + forMs) {
      await makeOne(backend)
      made += 1
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return made / ((performance.now() - startMs) / 1000)
}

/** @throws when its process did not run to its end. */
async function makeOne(backend: SandboxBackend): Promise<void> {
  const sandbox = await backend.start({
    id: randomHex(20) as SandboxId,
    command: ['/bin/true'],
    env: {},
    workingDirectory: '/',
    mounts: [],
    memoryMb: 128,
    tmpMb: 512,
    runtimeApi: 'inherited',
  })
  sandbox.stdout.resume()
  sandbox.stderr.resume()
  const exit = await sandbox.exited
  await sandbox.destroy('measured')
  if (exit.code !== 0) throw new Error(`/bin/true ended with ${exit.code ?? exit.signal}`)
}
