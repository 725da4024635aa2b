/** What is left when a server dies: nothing, whoever else dies with it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { sleep, systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import { whyNoDisks } from './disks/test-support.ts'
import { parseStat, startTime } from './proc.ts'
import { cleanUpAfterDead, openServerHome } from './server-home.ts'
import {
  backends,
  groupDirectories,
  loopDevicesOf,
  newRunDirectory,
  processesInGroup,
  TestBackend,
  unbounded,
  whyNoOci,
} from './test-support.ts'

/** A server in a process of its own that has sandboxes of every kind and says so. */
const server = `
  import { TestBackend, fakeRuntimes } from '${new URL('test-support.ts', import.meta.url).href}'
  import { execFileSync } from 'node:child_process'
  import { readdirSync } from 'node:fs'
  const [, kind, runtime, runDirectory, precious] = process.argv
  const test = await TestBackend.open({ kind, runtime, runDirectory })
  const env = { PATH: '/usr/bin:/bin', SERVER_OF_TEST: runDirectory + process.pid }
  await test.start(['/bin/sh', '/var/task/silent.sh'], { env })
  await test.start(['/bin/sh', '/var/task/polite.sh'], { env, runtimeApi: 'tcp' })
  await test.start(['/bin/sh', '-c', 'sh /var/task/busy.sh & sh /var/task/silent.sh'], { env })
  const frozen = await test.start(['/bin/sh', '/var/task/busy.sh'], { env })
  await frozen.freeze()
  const mounts = [{ source: fakeRuntimes, target: '/var/task' }]
  const startWaiting = () => {
    const waiting = { slots: ['/var/task', '/opt'], input: true }
    return test.start(['/bin/sh', '-s'], { env, mounts: [], waiting })
  }
  if (test.backend.canWait) {
    const [, assigned, late] = [await startWaiting(), await startWaiting(), await startWaiting()]
    await assigned.assign(mounts, 'exec /bin/sh /var/task/silent.sh\\n')
    void late.assign(mounts, 'exec /bin/sh /var/task/busy.sh\\n')
    void startWaiting()
    // As when the end comes in the middle of an assignment: not read-only yet.
    const home = readdirSync(runDirectory).find((name) => name.includes('-' + process.pid + '-'))
    execFileSync('mount', ['--bind', precious, runDirectory + '/' + home + '/stage'])
  }
  // More of them are in the middle of starting when the end comes.
  void test.start(['/bin/sh', '/var/task/silent.sh'], { env })
  void test.start(['/bin/sh', '/var/task/silent.sh'], { env, runtimeApi: 'tcp' })
  console.log('ready')
  setInterval(() => {}, 1000)
`

for (const [title, backend] of Object.entries(backends)) {
  describe(`the death of a server with sandboxes of ${title}`, { timeout: 60_000 }, () => {
    const skip = backend.kind === 'oci' && whyNoOci(backend.runtime)

    it('takes everything with it', { skip }, async (t) => {
      const runDirectory = await newRunDirectory()
      const precious = await newRunDirectory()
      await writeFile(join(precious, 'code'), 'of a function')
      const child = await startServer(t, backend, runDirectory, precious)
      const [home = ''] = await readdir(runDirectory)
      assert.ok((await settled(() => processesOf(runDirectory, home))).length > 4)
      // What is shared with sandboxes that wait, two that have something in it, and what was to be the next.
      assert.ok(backend.kind === 'process' || mountsBelow(runDirectory).length >= 4)
      const devices = loopDevicesOf(runDirectory)
      assert.ok(backend.kind === 'process' || whyNoDisks() || devices.length >= 4)
      await kill(child)
      await vanished(runDirectory, home)
      assert.deepEqual(mountsBelow(runDirectory), [])
      await withoutLoopDevices(runDirectory)
      await unbounded(devices)
      // What was mounted is still there.
      assert.equal(read(join(precious, 'code')), 'of a function')
      await rm(precious, { recursive: true })
      await rm(runDirectory, { recursive: true })
    })

    it('is cleaned up by the next server when its undertaker died, too', { skip }, async (t) => {
      const runDirectory = await newRunDirectory()
      // Also when an assertion fails: nobody else would clean up. The servers end first.
      await using ends = new AsyncDisposableStack()
      ends.defer(async () => {
        await cleanUpAfterDead(runDirectory, silentLog)
        await rm(runDirectory, { recursive: true })
      })
      const precious = join(runDirectory, 'precious')
      await mkdir(precious)
      await writeFile(join(precious, 'code'), 'of a function')
      const child = await startServer(t, backend, runDirectory, precious)
      ends.defer(() => kill(child))
      const alive = await startServer(t, backend, runDirectory, precious)
      ends.defer(() => kill(alive))
      const aliveHome = (await readdir(runDirectory)).find((name) =>
        name.includes(`-${alive.pid}-`),
      )
      const home = (await readdir(runDirectory)).find((name) => name.includes(`-${child.pid}-`))
      assert.ok(home && aliveHome)
      await settled(() => processesOf(runDirectory, aliveHome))
      // Fewer on a busy machine, where some have not got that far.
      const before = fixturesOf(runDirectory, aliveHome)
      assert.ok(before.length > 0)
      // It must not see the server's end before its own.
      process.kill(await undertakerOf(join(runDirectory, home)), 'SIGKILL')
      await kill(child)
      assert.ok((await settled(() => processesOf(runDirectory, home))).length > 4)
      const next = await TestBackend.open({ ...backend, runDirectory })
      ends.use(next.backend)
      await vanished(runDirectory, home)
      assert.deepEqual(mountsBelow(join(runDirectory, home)), [])
      const devices = loopDevicesOf(runDirectory)
      assert.equal(read(join(precious, 'code')), 'of a function')
      const still = fixturesOf(runDirectory, aliveHome)
      assert.deepEqual(
        before.filter((each) => !still.includes(each)),
        [],
        'a living server was disturbed',
      )
      await kill(alive)
      await vanished(runDirectory, aliveHome)
      assert.ok(backend.kind === 'process' || whyNoDisks() || devices.length >= 4)
      await withoutLoopDevices(runDirectory)
      await unbounded(devices)
    })
  })
}

describe('a server home', () => {
  it('is removed on disposal, also when its undertaker is dead', async () => {
    const runDirectory = await newRunDirectory()
    const home = await openServerHome(runDirectory, silentLog)
    const undertaker = await undertakerOf(home.directory)
    process.kill(undertaker, 'SIGKILL')
    while ((await startTime(undertaker)) !== undefined) await sleep(systemClock, 1)
    await home[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
    assert.deepEqual(await readdir(runDirectory), [])
    await rm(runDirectory, { recursive: true })
  })

  it('of a dead server alone is cleaned up: not of a living one, nor what is no home', async () => {
    const runDirectory = await newRunDirectory()
    const home = await openServerHome(runDirectory, silentLog)
    const [boot, pid, started] = home.id.split('-')
    const kept = [home.id, 'lost+found', 'notes.txt', `${boot}-${pid}-${started}-abcdef`]
    const dead = [
      `${boot}-${pid}-${Number(started) - 1}-000001`,
      `${boot}-4194305-${started}-000002`,
      `${boot === '00000000' ? '00000001' : '00000000'}-${pid}-${started}-000003`,
    ]
    for (const name of [...kept, ...dead])
      await mkdir(join(runDirectory, name), { recursive: true })
    await cleanUpAfterDead(runDirectory, silentLog)
    assert.deepEqual((await readdir(runDirectory)).toSorted(), kept.toSorted())
    await home[Symbol.asyncDispose]()
    await rm(runDirectory, { recursive: true })
  })

  it('never kills a stranger that has got the number of a dead process', async () => {
    const runDirectory = await newRunDirectory()
    const home = await openServerHome(runDirectory, silentLog)
    const stranger = spawn('/bin/sh', ['-c', 'read _'], { detached: true })
    await once(stranger, 'spawn')
    const sandbox = join(home.directory, 'sandboxes/x')
    await mkdir(sandbox)
    const stat = read(`/proc/${stranger.pid}/stat`)
    const { startTime: started } = parseStat(stat)
    assert.ok(stat.includes(` ${started} `))
    await writeFile(join(sandbox, 'process'), stat.replace(` ${started} `, ' 1 '))
    await home[Symbol.asyncDispose]()
    assert.notEqual(await startTime(stranger.pid ?? 0), undefined)
    stranger.stdin.end()
    const [, signal] = await once(stranger, 'exit')
    assert.equal(signal, null)
    await rm(runDirectory, { recursive: true })
  })
})

async function startServer(
  t: TestContext,
  { kind, runtime }: { readonly kind: string; readonly runtime: string },
  runDirectory: string,
  precious: string,
): Promise<ChildProcess> {
  const words = ['-e', server, kind, runtime, runDirectory, precious]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(child.stdout, 'data')
  assert.equal(String(line), 'ready\n')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** What `sample` says once it says the same for 100 ms: nothing is in the middle of starting any more. */
async function settled(sample: () => number[]): Promise<number[]> {
  for (let last = sample(); ;) {
    await sleep(systemClock, 100)
    const now = sample()
    if (now.join() === last.join()) return now
    last = now
  }
}

/** Waits, without a limit of its own, until nothing is left of a server. */
async function vanished(runDirectory: string, home: string): Promise<void> {
  const left = () => [
    ...readdirSync(runDirectory).filter((name) => name === home),
    ...groupDirectories(home),
    ...processesOf(runDirectory, home),
    ...undertakersOf(join(runDirectory, home)),
  ]
  while (left().length > 0) await sleep(systemClock, 10)
}

/** Waits, without a limit of its own: the kernel lets go of a disk when the last that had it mounted is quite gone. */
async function withoutLoopDevices(runDirectory: string): Promise<void> {
  while (loopDevicesOf(runDirectory).length > 0) await sleep(systemClock, 10)
}

/** Processes of a server's sandboxes: by control group, and by the environment they were given. */
function processesOf(runDirectory: string, home: string): number[] {
  const mark = `SERVER_OF_TEST=${runDirectory}${home.split('-')[1]}\0`
  const marked = processes().filter((pid) => read(`/proc/${pid}/environ`).includes(mark))
  return [...new Set([...processesInGroup(`lambdad-${home}`), ...marked])]
}

/**
 * Those that run what they were started for, with what it is: on a busy machine more are still becoming it. Of what
 * runs in gVisor the host sees no more than that it does; while it starts, its process calls itself in other ways.
 */
function fixturesOf(runDirectory: string, home: string): string[] {
  return processesOf(runDirectory, home)
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`)}`)
    .filter((each) => each.endsWith('.sh\0') || isGvisor.test(each))
}

const isGvisor = / runsc-sandbox\0(?!.*\0--setup-root\0).*\0boot\0/

/** Mounts of this host, by their mount points. */
function mountsBelow(directory: string): string[] {
  const lines = read('/proc/self/mountinfo').split('\n')
  return lines.map((line) => line.split(' ')[4] ?? '').filter((path) => path.startsWith(directory))
}

function undertakersOf(directory: string): number[] {
  return processes().filter((pid) =>
    read(`/proc/${pid}/cmdline`).endsWith(`undertaker.sh\0${directory}\0`),
  )
}

/** Waits for it: just spawned, it still has the command line of its parent. */
async function undertakerOf(directory: string): Promise<number> {
  for (;;) {
    const [pid] = undertakersOf(directory)
    if (pid !== undefined) return pid
    await sleep(systemClock, 1)
  }
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
