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
import { parseStat, startTime } from './proc.ts'
import { cleanUpAfterDead, openServerHome } from './server-home.ts'
import {
  backends,
  groupDirectories,
  newRunDirectory,
  processesInGroup,
  TestBackend,
  whyNoOci,
} from './test-support.ts'

/** A server in a process of its own that has sandboxes of every kind and says so. */
const server = `
  import { TestBackend } from '${new URL('test-support.ts', import.meta.url).href}'
  const [, kind, runtime, runDirectory] = process.argv
  const test = await TestBackend.open({ kind, runtime, runDirectory })
  const env = { PATH: '/usr/bin:/bin', SERVER_OF_TEST: runDirectory + process.pid }
  await test.start(['/bin/sh', '/var/task/silent.sh'], { env })
  await test.start(['/bin/sh', '/var/task/polite.sh'], { env, runtimeApi: 'tcp' })
  await test.start(['/bin/sh', '-c', 'sh /var/task/busy.sh & sh /var/task/silent.sh'], { env })
  const frozen = await test.start(['/bin/sh', '/var/task/busy.sh'], { env })
  await frozen.freeze()
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
      const child = await startServer(t, backend, runDirectory)
      const [home = ''] = await readdir(runDirectory)
      assert.ok((await settled(() => processesOf(runDirectory, home))).length > 4)
      const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      await kill(child)
      await vanished(runDirectory, home)
      assert.equal(readFileSync('/proc/self/mountinfo', 'utf8'), mounts)
      await rm(runDirectory, { recursive: true })
    })

    it('is cleaned up by the next server when its undertaker died, too', { skip }, async (t) => {
      const runDirectory = await newRunDirectory()
      // Also when an assertion fails: nobody else would clean up.
      t.after(async () => {
        await cleanUpAfterDead(runDirectory, silentLog)
        await rm(runDirectory, { recursive: true })
      })
      const child = await startServer(t, backend, runDirectory)
      const alive = await startServer(t, backend, runDirectory)
      const aliveHome = (await readdir(runDirectory)).find((name) =>
        name.includes(`-${alive.pid}-`),
      )
      const home = (await readdir(runDirectory)).find((name) => name.includes(`-${child.pid}-`))
      assert.ok(home && aliveHome)
      const before = await settled(() => processesOf(runDirectory, aliveHome))
      // It must not see the server's end before its own.
      process.kill(await undertakerOf(join(runDirectory, home)), 'SIGKILL')
      await kill(child)
      assert.ok((await settled(() => processesOf(runDirectory, home))).length > 4)
      const next = await TestBackend.open({ ...backend, runDirectory })
      await vanished(runDirectory, home)
      assert.deepEqual(
        before.filter((pid) => !processesOf(runDirectory, aliveHome).includes(pid)),
        [],
        'a living server was disturbed',
      )
      await kill(alive)
      await vanished(runDirectory, aliveHome)
      await next.backend[Symbol.asyncDispose]()
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
): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', server, kind, runtime, runDirectory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(child.stdout, 'data')
  assert.equal(String(line), 'ready\n')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
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

/** Processes of a server's sandboxes: by control group, and by the environment they were given. */
function processesOf(runDirectory: string, home: string): number[] {
  const mark = `SERVER_OF_TEST=${runDirectory}${home.split('-')[1]}\0`
  const marked = processes().filter((pid) => read(`/proc/${pid}/environ`).includes(mark))
  return [...new Set([...processesInGroup(`lambdad-${home}`), ...marked])]
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
