/** How runsc is called, and what is done with a gVisor that the control group's freezer would break. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { hostUsers } from '../limits.ts'
import { parseStat } from '../proc.ts'
import { locateProgram } from '../programs.ts'
import { SandboxStartError } from '../sandbox.ts'
import { newRunDirectory, testSpec, whyNoOci } from '../test-support.ts'
import { ociConfig } from './config.ts'
import { Gvisor, gvisorConfig } from './gvisor.ts'
import { hostUserLand, Skeletons } from './rootfs.ts'
import { UserNamespaces } from './user-namespaces.ts'

const program = (await locateProgram('runsc')) ?? '/usr/bin/runsc'
const works = (): Promise<undefined> => Promise.resolve(undefined)

function gvisor(log = silentLog): Gvisor {
  return new Gvisor({ program, log, clock: systemClock })
}

const options = {
  rootfs: '/run/lambdad/x/roots/y',
  userLand: [],
  hostname: '0123456789ab',
  userSlot: 3,
  userNamespacePath: '/proc/1/fd/7',
  networkPath: '/proc/1/fd/8',
  cgroupsPath: undefined,
}

describe('gVisor', () => {
  it('is asked for what crun is, but for what it has by itself or has been entered before', () => {
    const spec = testSpec(['/bin/true'])
    const { linux, ...config } = gvisorConfig(spec, options)
    const { linux: ofCrun, ...asCrun } = ociConfig(spec, options)
    assert.deepEqual(config, asCrun)
    const entered = ['user', 'cgroup', 'network']
    const others = ofCrun.namespaces.filter(({ type }) => !entered.includes(type))
    assert.deepEqual(linux, { namespaces: others })
  })

  it('is tried, each way twice, until one works, and says by which', async () => {
    const said: object[] = []
    const runtime = gvisor({ ...silentLog, info: (fields) => void said.push(fields) })
    const complaints = ['no such platform', 'no such platform', 'not this time', undefined]
    let trials = 0
    const trial = async () => complaints[trials++]
    await Promise.all([runtime.prepare(trial), runtime.prepare(trial)])
    await runtime.prepare(trial)
    assert.equal(trials, 4)
    assert.deepEqual(said, [{ platform: 'ptrace' }])
  })

  it('says in words why it does not work, and may be tried again', async () => {
    const runtime = gvisor()
    await assert.rejects(
      runtime.prepare(async () => 'not today'),
      (error: Error) => {
        assert.ok(error instanceof SandboxStartError)
        assert.match(error.message, /runsc cannot run.*systrap: not today.*ptrace: not today/)
        return true
      },
    )
    await runtime.prepare(works)
  })

  it('tells the codes a process chose from what ended it, for which there is more than in Linux', () => {
    const runtime = gvisor()
    const ended = { code: undefined, signal: 'SIGABRT', outOfMemory: false }
    assert.deepEqual(runtime.decodeExit(134, null, false), ended)
    for (const code of [0, 128, 129, 130, 143]) {
      const chosen = { code, signal: undefined, outOfMemory: false }
      assert.deepEqual(runtime.decodeExit(code, null, false), chosen)
    }
  })

  it('refuses a bundle from which its socket would go elsewhere', async () => {
    const runtime = gvisor()
    await runtime.prepare(works)
    const directory = `/run/${'x'.repeat(100)}`
    const bundle = { directory, spec: testSpec(['/bin/true']), options, descriptors: 0 }
    await assert.rejects(runtime.writeBundle(bundle), /too long/)
  })
})

const ticking = ['/bin/sh', '-c', 'while :; do echo tick; sleep 0.01; done']

describe('gVisor in its namespaces', { skip: whyNoOci('runsc'), timeout: 60_000 }, () => {
  it('owns of its bundle what it needs, and stops when it is told', async () => {
    await using undo = new AsyncDisposableStack()
    const runDirectory = await newRunDirectory()
    undo.defer(() => rm(runDirectory, { recursive: true, force: true }))
    const directory = join(runDirectory, 'b')
    await mkdir(directory, { mode: 0o700 })
    const { slot, path } = await undo.use(new UserNamespaces()).take()
    const runtime = gvisor()
    // Whatever its platform, it can be stopped in the way that one of them needs.
    await runtime.prepare(works)
    const { mounts } = await hostUserLand()
    const command = await runtime.writeBundle({
      directory,
      spec: testSpec(ticking, { mounts: [] }),
      options: {
        ...options,
        rootfs: await new Skeletons(join(runDirectory, 'roots'), await hostUserLand()).for([]),
        userLand: mounts,
        userSlot: slot,
        userNamespacePath: path,
        networkPath: '/proc/self/ns/net',
      },
      descriptors: 0,
    })
    const user = hostUsers.first + slot * hostUsers.perSandbox
    for (const [name, mode, owner] of [
      ['.', 0o711, 0],
      ['config.json', 0o600, user],
      ['log', 0o600, user],
      ['state', 0o700, user],
    ] as const) {
      const { uid, mode: found } = await stat(join(directory, name))
      assert.deepEqual([uid, found & 0o777], [owner, mode], name)
    }
    const [first = '', ...words] = command.map((word) => word.replace('systrap', 'ptrace'))
    const child = spawn(first, words)
    const exited = once(child, 'exit')
    undo.defer(async () => {
      child.kill('SIGKILL')
      await exited
    })
    let ticks = 0
    child.stdout.on('data', () => (ticks += 1))
    const freezer = runtime.freezer(child, directory)
    assert.ok(freezer)
    // It has hardly begun.
    await freezer.freeze()
    await freezer.freeze()
    // What is under way in the pipe.
    await sleep(systemClock, 50)
    const before = [ticks, await processorTime(child.pid)]
    await sleep(systemClock, 200)
    assert.deepEqual([ticks, await processorTime(child.pid)], before)
    await freezer.thaw()
    await freezer.thaw()
    while (ticks < Number(before[0]) + 5) {
      assert.deepEqual([child.exitCode, child.signalCode], [null, null], 'gVisor has ended')
      await sleep(systemClock, 5)
    }
    await freezer.freeze()
  })
})

/** Of a process and all that come from it, in clock ticks. */
async function processorTime(pid: number | undefined): Promise<number> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
  const children = (await read(`task/${pid}/children`)).trim().split(' ').filter(Boolean)
  const theirs = await Promise.all(children.map((child) => processorTime(Number(child))))
  return theirs.reduce((sum, ticks) => sum + ticks, parseStat(await read('stat')).cpuTicks)
}
