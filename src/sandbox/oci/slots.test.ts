/** Sandboxes that get their directories after their start, with real OCI runtimes. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { cgroupLimits, cpuPeriodUs, favoured, waitingCpuLimits } from '../cgroups/cgroups.ts'
import type { CpuLimits } from '../cgroups/cgroups.ts'
import type { Sandbox, SandboxSpec } from '../sandbox.ts'
import {
  backends,
  connection,
  groupDirectories,
  node,
  TestBackend,
  whyNoOci,
} from '../test-support.ts'

const waiting = { slots: ['/var/task', '/opt'], input: false }
const language = { source: dirname(dirname(process.execPath)), target: '/var/lang' }

/** Does each line it is told over its Runtime API's socket, and tells what came of it. */
const obeying = [
  '/bin/sh',
  '-c',
  'while read -r line <&3; do said=$(eval "$line" 2>&1); printf "%s\\0%s\\0" $? "$said" >&3; done',
]

/** A sandbox that runs what it is told, while it waits and afterwards. */
class Inside {
  readonly sandbox: Sandbox
  readonly #answers: AsyncIterator<string>
  readonly #write: (line: string) => void

  private constructor(sandbox: Sandbox, socket: Awaited<ReturnType<typeof connection>>) {
    this.sandbox = sandbox
    this.#answers = zeroEnded(socket)
    this.#write = (line) => void socket.write(`${line}\n`)
  }

  static async start(test: TestBackend, spec: Partial<SandboxSpec> = {}): Promise<Inside> {
    const sandbox = await test.start(obeying, { mounts: [language], waiting, ...spec })
    return new Inside(sandbox, await connection(sandbox))
  }

  /** When its process runs already. */
  static async waiting(test: TestBackend, spec: Partial<SandboxSpec> = {}): Promise<Inside> {
    const inside = await Inside.start(test, spec)
    assert.equal(await inside.say('echo ready'), 'ready')
    return inside
  }

  async run(line: string): Promise<{ code: number; said: string }> {
    this.#write(line)
    const code = Number((await this.#answers.next()).value)
    return { code, said: (await this.#answers.next()).value }
  }

  /** What it said, if it went well. */
  async say(line: string): Promise<string> {
    const { code, said } = await this.run(line)
    assert.equal(code, 0, said)
    return said
  }
}

async function* zeroEnded(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split('\0')
    rest = parts.pop() ?? ''
    yield* parts
  }
}

const opened: string[] = []
after(async () => {
  for (const directory of opened) await rm(directory, { recursive: true })
})

/** A directory of the host that anybody may write to, by its mode. It is removed when all tests have ended. */
async function openDirectory(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lambdad-slots-'))
  opened.push(directory)
  await chmod(directory, 0o777)
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, name), content)
    await chmod(join(directory, name), 0o666)
  }
  return directory
}

/** Mounts of this host that have to do with `what`. */
function mountsOf(what: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(what))
}

/** Without those for /tmp, which are made ahead. */
function slotMounts(test: TestBackend): string[] {
  return mountsOf(test.runDirectory).filter((line) => !line.includes('/disks'))
}

for (const [level, backend] of Object.entries(backends)) {
  // In gVisor no directory appears later.
  if (backend.kind !== 'oci' || backend.runtime === 'runsc') continue
  const options = { skip: whyNoOci(backend.runtime), timeout: 120_000 }
  describe(`a slot in a sandbox of ${level}`, options, () => {
    it('is empty until something is mounted there, and shows it from then on', async () => {
      await using test = await TestBackend.open(backend)
      const inside = await Inside.waiting(test)
      assert.equal(await inside.say('ls -A /var/task /opt'), '/opt:\n\n/var/task:')
      const code = await openDirectory({ 'index.js': 'the code' })
      const layer = await openDirectory({ 'lib.js': 'a layer' })
      await inside.sandbox.assign([
        { source: code, target: '/var/task' },
        { source: layer, target: '/opt' },
      ])
      assert.equal(await inside.say('cat /var/task/index.js /opt/lib.js'), 'the codea layer')
      await writeFile(join(code, 'later.js'), 'written later')
      assert.equal(await inside.say('cat /var/task/later.js'), 'written later')
      await inside.sandbox.destroy('seen')
    })

    it('stays empty where nothing was assigned to it', async () => {
      await using test = await TestBackend.open(backend)
      const inside = await Inside.waiting(test)
      const code = await openDirectory({ 'index.js': 'the code' })
      await inside.sandbox.assign([{ source: code, target: '/var/task' }])
      assert.equal(await inside.say('ls -A /opt'), '')
      const { code: failed, said } = await inside.run('touch /opt/x')
      assert.notEqual(failed, 0)
      assert.match(said, /Read-only file system/)
    })

    it('cannot be written to, whatever modes say', async () => {
      await using test = await TestBackend.open(backend)
      const inside = await Inside.waiting(test)
      for (const when of ['before', 'after']) {
        const { code, said } = await inside.run('touch /var/task/new')
        assert.notEqual(code, 0, when)
        assert.match(said, /Read-only file system/, when)
        if (when === 'after') break
        const open = await openDirectory({ file: 'as it was' })
        await inside.sandbox.assign([{ source: open, target: '/var/task' }])
        const writes = [
          'echo changed >/var/task/file',
          'rm -f /var/task/file',
          'mv /var/task/file /var/task/other',
          'chmod 777 /var/task',
          'mkdir /var/task/directory',
          'ln /var/task/file /var/task/link',
        ]
        for (const line of writes) {
          const refused = await inside.run(line)
          assert.notEqual(refused.code, 0, line)
          assert.match(refused.said, /Read-only file system/, line)
        }
        assert.deepEqual(await readdir(open), ['file'])
        assert.equal(await readFile(join(open, 'file'), 'utf8'), 'as it was')
      }
    })

    it('is read-only, without devices and set-user-id programs, and passes nothing on', async () => {
      await using test = await TestBackend.open(backend)
      const inside = await Inside.waiting(test)
      const code = await openDirectory({})
      await inside.sandbox.assign([{ source: code, target: '/var/task' }])
      const lines = (await inside.say('cat /proc/self/mountinfo')).split('\n')
      const mounts = lines.filter((line) => /^(?:\S+ ){4}(\/var\/task|\/opt) /.test(line))
      // The slots themselves, and what was mounted over one of them.
      assert.equal(mounts.length, 3)
      for (const mount of mounts) {
        const flags = mount.split(' ')[5]?.split(',') ?? []
        for (const flag of ['ro', 'nosuid', 'nodev']) assert.ok(flags.includes(flag), mount)
      }
      assert.doesNotMatch(lines.join('\n'), / shared:/)
    })

    it('may be filled while its sandbox still starts', async () => {
      await using test = await TestBackend.open(backend)
      const code = await openDirectory({ 'index.js': 'the code' })
      const assignedAt = async (delayMs: number) => {
        const inside = await Inside.start(test)
        if (delayMs > 0) await sleep(systemClock, delayMs)
        await inside.sandbox.assign([{ source: code, target: '/var/task' }])
        assert.equal(await inside.say('cat /var/task/index.js'), 'the code')
        assert.match((await inside.run('touch /var/task/x')).said, /Read-only file system/)
        await inside.sandbox.destroy('seen')
      }
      for (let delayMs = 0; delayMs < 30; delayMs += 2) await assignedAt(delayMs)
    })

    it('shows nothing of what others get', async () => {
      await using test = await TestBackend.open(backend)
      const [first, second] = [await Inside.waiting(test), await Inside.waiting(test)]
      const plain = await Inside.waiting(test, { waiting: undefined as never })
      const code = await openDirectory({ secret: 'of the first' })
      await first.sandbox.assign([{ source: code, target: '/var/task' }])
      const later = await Inside.waiting(test)
      for (const other of [second, plain, later]) {
        assert.equal((await other.run('cat /var/task/secret')).code, 1)
        assert.doesNotMatch(await other.say('cat /proc/self/mountinfo'), new RegExp(code))
      }
      assert.equal(await first.say('cat /var/task/secret'), 'of the first')
    })

    it('gets what is its own, when many get theirs at once', async () => {
      await using test = await TestBackend.open(backend)
      const all = await Promise.all(Array.from({ length: 6 }, () => Inside.waiting(test)))
      const said = all.map(async (inside, index) => {
        const code = await openDirectory({ name: `number ${index}` })
        await inside.sandbox.assign([{ source: code, target: '/var/task' }])
        const name = await inside.say('cat /var/task/name')
        await inside.sandbox.destroy('seen')
        return name
      })
      assert.deepEqual(
        await Promise.all(said),
        all.map((_, index) => `number ${index}`),
      )
    })

    it('leaves nothing on the host when its sandbox goes, and the source as it was', async () => {
      await using test = await TestBackend.open(backend)
      const before = slotMounts(test).length
      const [empty, filled] = [await Inside.waiting(test), await Inside.waiting(test)]
      const code = await openDirectory({ 'index.js': 'the code' })
      await filled.sandbox.assign([
        { source: code, target: '/var/task' },
        { source: code, target: '/opt' },
      ])
      assert.equal(mountsOf(filled.sandbox.id).length, 2)
      const [home = ''] = await readdir(test.runDirectory)
      const slots = join(test.runDirectory, home, 'slots')
      assert.equal((await readdir(slots)).length, 2)
      await Promise.all([empty.sandbox.destroy('unused'), filled.sandbox.destroy('used')])
      assert.deepEqual(await readdir(slots), [])
      assert.equal(slotMounts(test).length, before)
      assert.equal(await readFile(join(code, 'index.js'), 'utf8'), 'the code')
      await test.backend[Symbol.asyncDispose]()
      assert.deepEqual(mountsOf(test.runDirectory), [])
    })

    it('that cannot be filled is the end of its sandbox, and leaves nothing', async () => {
      await using test = await TestBackend.open(backend)
      const before = slotMounts(test).length
      const code = await openDirectory({ 'index.js': 'the code' })
      const good = { source: code, target: '/var/task' }
      for (const [bad, words] of [
        [{ source: '/nowhere/at/all', target: '/opt' }, /mount \/nowhere\/at\/all .*: ENOENT/],
        [{ source: code, target: '/elsewhere' }, /without a slot at \/elsewhere/],
      ] as const) {
        const { sandbox } = await Inside.waiting(test)
        await assert.rejects(sandbox.assign([good, bad]), words)
        assert.match(sandbox.endReason ?? '', words)
        assert.equal((await sandbox.exited).signal, 'SIGKILL')
        await sandbox.destroy('again')
        assert.equal(slotMounts(test).length, before)
      }
      assert.deepEqual(await readdir(code), ['index.js'])
    })

    it('can be destroyed at any moment of an assignment', async () => {
      await using test = await TestBackend.open(backend)
      const before = slotMounts(test).length
      const code = await openDirectory({})
      const mounts = [{ source: code, target: '/var/task' }]
      for (const order of ['destroyed first', 'assigned first', 'frozen']) {
        const { sandbox } = await Inside.waiting(test)
        if (order === 'frozen') await sandbox.freeze()
        const destroyed = order === 'destroyed first' && sandbox.destroy(order)
        const assigned = sandbox.assign(mounts)
        const ends = await Promise.allSettled([assigned, destroyed || sandbox.destroy(order)])
        assert.equal(ends[1].status, 'fulfilled')
        assert.equal(sandbox.endReason, order)
        assert.equal(slotMounts(test).length, before)
      }
    })
  })

  describe(`a waiting sandbox of ${level}`, options, () => {
    it('becomes what it is told on its standard input, in the directory mounted then', async () => {
      await using test = await TestBackend.open(backend)
      const code = await openDirectory({ 'index.js': 'console.log("I am", process.env.NAME)' })
      const sandbox = await test.start(['/bin/sh', '-s'], {
        mounts: [language],
        env: {},
        waiting: { ...waiting, input: true },
      })
      const orders = `cd /var/task && exec /usr/bin/env -i -- NAME=me ${node} index.js </dev/null\n`
      await sandbox.assign([{ source: code, target: '/var/task' }], orders)
      assert.equal((await sandbox.exited).code, 0)
      assert.equal(await text(sandbox.stdout), 'I am me\n')
      await sandbox.destroy('seen')
    })

    it('sees what it is assigned at any moment of its start', async () => {
      await using test = await TestBackend.open(backend)
      const code = await openDirectory({ 'index.js': 'the code' })
      for (let round = 0; round < 60; round += 1) {
        const sandbox = await test.start(['/bin/sh', '-s'], {
          mounts: [],
          waiting: { ...waiting, input: true },
        })
        await sleep(systemClock, round % 20)
        await sandbox.assign([{ source: code, target: '/var/task' }], 'ls /var/task\n')
        assert.equal(await text(sandbox.stdout), 'index.js\n', `${round % 20} ms after the start`)
        await sandbox.destroy('seen')
      }
    })

    it('cannot be assigned when it does not come to its process', async () => {
      await using test = await TestBackend.open(backend)
      const sandbox = await test.start(['/bin/sh', '-s'], {
        mounts: [{ source: '/nowhere', target: '/var/lang' }],
        waiting: { ...waiting, input: true },
      })
      await assert.rejects(sandbox.assign([], 'true\n'), /did not come to its process/)
      assert.match(sandbox.endReason ?? '', /did not come to its process/)
      await sandbox.destroy('seen')
    })

    it('has little of the processors, and its share once it is assigned', async () => {
      await using test = await TestBackend.open({ ...backend, cpu: 'strict' })
      const memoryMb = 512
      const inside = await Inside.waiting(test, { memoryMb })
      assertCpu(inside.sandbox, waitingCpuLimits)
      await inside.sandbox.assign([])
      const own = cgroupLimits(memoryMb, 'strict')
      assertCpu(inside.sandbox, own)
      for (const times of [0, 4, 0, 1]) {
        inside.sandbox.favour(times)
        assertCpu(inside.sandbox, { ...own, ...favoured(own, times) })
      }
    })

    it('has all other limits from the beginning', async () => {
      await using test = await TestBackend.open(backend)
      const hog = 'const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1))'
      const { exit } = await test.run([node, '-e', hog], {
        mounts: [language],
        memoryMb: 128,
        waiting,
      })
      assert.equal(exit.signal, 'SIGKILL')
    })
  })
}

/** That the kernel holds a sandbox to these limits, by whichever version of control groups. */
function assertCpu({ id }: Sandbox, limits: CpuLimits): void {
  const group = groupDirectories(id).find((path) =>
    ['cpu.shares', 'cpu.weight'].some((file) => existsSync(join(path, file))),
  )
  assert.ok(group)
  const has = (file: string) => existsSync(join(group, file))
  const read = (file: string) => readFileSync(join(group, file), 'utf8').trim()
  const isIdle = limits.idle === true && has('cpu.idle')
  if (has('cpu.idle')) assert.equal(read('cpu.idle'), isIdle ? '1' : '0')
  // Of a group that is idle the kernel shows a weight of its own.
  if (has('cpu.shares')) {
    if (!isIdle) assert.equal(read('cpu.shares'), String(limits.cpuShares))
    assert.equal(read('cpu.cfs_quota_us'), String(limits.cpuQuotaUs ?? -1))
    assert.equal(read('cpu.cfs_period_us'), String(cpuPeriodUs))
  } else {
    if (!isIdle) assert.equal(read('cpu.weight'), String(limits.cpuWeight))
    assert.equal(read('cpu.max'), `${limits.cpuQuotaUs ?? 'max'} ${cpuPeriodUs}`)
  }
}
