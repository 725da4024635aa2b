/** The drivers against the kernel, and against a plain directory where this kernel has no such controllers. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { randomHex } from '../../kernel/ids.ts'
import { silentLog } from '../../kernel/log.ts'
import { cpuTicks, whyNoOci } from '../test-support.ts'
import { cgroupLimits, favoured } from './cgroups.ts'
import { keyedNumber, readSync } from './files.ts'
import { HostShare } from './host-share.ts'
import type { Cgroup, Cgroups } from './cgroups.ts'
import { detectCgroups } from './detect.ts'
import { parentForLimits, V2Cgroup, v2Controls, V2Cgroups } from './v2.ts'

describe('cgroupLimits', () => {
  it('gives one vCPU for 1769 MB, a quota only when strict', () => {
    assert.deepEqual(cgroupLimits(1769, 'shared'), {
      memoryBytes: 1769 * 1024 * 1024,
      processes: 1024,
      ioWeight: 1382,
      bfqWeight: 173,
      cpuWeight: 1382,
      cpuShares: 14_152,
      cpuQuotaUs: undefined,
    })
    assert.equal(cgroupLimits(1769, 'strict').cpuQuotaUs, 100_000)
    assert.equal(cgroupLimits(128, 'strict').cpuQuotaUs, 7_236)
    assert.equal(cgroupLimits(10_240, 'strict').cpuQuotaUs, 578_858)
  })

  it('stays in the range that the kernel takes, for every memory size, favoured or not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1 << 20 }),
        fc.integer({ min: 1, max: 8 }),
        (memoryMb, times) => {
          const { cpuQuotaUs, ...own } = cgroupLimits(memoryMb, 'strict')
          const limits = favoured(own, times)
          assert.ok(limits.cpuWeight >= 1 && limits.cpuWeight <= 10_000)
          assert.ok(limits.cpuShares >= 2 && limits.cpuShares <= 262_144)
          assert.ok((cpuQuotaUs ?? 0) >= 1_000)
        },
      ),
    )
  })
})

describe('a control group before Linux 5.15, which is never idle', () => {
  it('has its share where it is to have none', async (t) => {
    // A plain directory, in which nothing but the weight can be written.
    const path = await mkdtemp(join(tmpdir(), 'lambdad-v2-'))
    t.after(() => rm(path, { recursive: true }))
    const group = new V2Cgroup(path, systemClock)
    const own = cgroupLimits(128, 'shared')
    const weights: string[] = []
    for (const times of [64, 0, 64, 1]) {
      await writeFile(join(path, 'cpu.weight'), '')
      group.weighCpu(favoured(own, times))
      weights.push(await readFile(join(path, 'cpu.weight'), 'utf8'))
    }
    assert.deepEqual(weights, ['6400', '100', '6400', '100'])
  })
})

describe('a control file of keys', () => {
  const text = 'cache 4096\ntotal_cache 8192\nfrozen 1\nempty\n'
  it('is read by key', () => {
    const keys = ['cache', 'total_cache', 'frozen', 'total', 'empty', 'missing', 'che']
    assert.deepEqual(
      keys.map((key) => keyedNumber(text, key)),
      [4096, 8192, 1, 0, 0, 0, 0],
    )
    assert.equal(keyedNumber('', 'cache'), 0)
  })
})

describe('a control group of this host', { skip: whyNoOci(), timeout: 60_000 }, () => {
  it('takes a process, freezes it, kills it frozen, and goes', async () => {
    const cgroups = await detectCgroups(`lambdad-test-${randomHex(8)}`, 'crun', systemClock)
    await cgroups.prepare()
    const group = await cgroups.create('one', cgroupLimits(64, 'strict'))
    group.limitCpu(cgroupLimits(64, 'strict'))
    group.weighCpu(favoured(cgroupLimits(64, 'strict'), 8))
    await takesFreezesAndKills(group)
    await standsBack(cgroups, group)
    assert.equal(await group.oomKills(), 0)
    assert.ok(group.peakMemoryBytes() > 0)
    await group.remove()
    await group.remove()
    assert.ok(group.peakMemoryBytes() > 0)
    assert.equal(group.cpuTimeMs(), 0)
    for (const line of cgroups.register) {
      const root = line.slice(line.indexOf(' ') + 1)
      assert.ok(!existsSync(join(root, 'one')))
      await rmdir(root)
    }
  })

  it('of version 2 does the same, where the kernel lets us mount that hierarchy', async (t) => {
    const mountPoint = await mkdtemp(join(tmpdir(), 'lambdad-cgroup2-'))
    t.after(async () => {
      execFileSync('umount', [mountPoint])
      await rmdir(mountPoint)
    })
    execFileSync('mount', ['-t', 'cgroup2', 'none', mountPoint])
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
    const path = join(mountPoint, own, `lambdad-test-${randomHex(8)}`)
    await mkdir(path)
    const group = new V2Cgroup(path, systemClock)
    await takesFreezesAndKills(group)
    await group.remove()
    await group.kill()
    assert.ok(!existsSync(path))
  })
})

/** Resolves when it is in, busy. */
async function computeIn(group: Cgroup) {
  const enter = 'for file; do echo 0 >"$file"; done; echo in; while :; do :; done'
  const child = spawn('/bin/sh', ['-c', enter, 'sh', ...group.entrances])
  await once(child.stdout, 'data')
  return child
}

/** All groups of a server together, as long as there is a process that takes all it gets. */
async function standsBack(cgroups: Cgroups, group: Cgroup): Promise<void> {
  const root = cgroups.register.map((line) => line.slice(line.indexOf(' ') + 1))
  const share = (): string =>
    ['cpu.shares', 'cpu.weight']
      .flatMap((file) => root.map((path) => join(path, file)))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, 'utf8').trim())
      .join()
  const before = share()
  // To so small a machine the least it can get is most of it.
  using _ = new HostShare(cgroups, { clock: systemClock, log: silentLog }, 0.001)
  const child = await computeIn(group)
  const exit = once(child, 'exit')
  while (share() === before) await sleep(systemClock, 20)
  assert.match(before, /^\d+$/)
  assert.ok(Number(share()) < Number(before) / 10)
  // Before Linux 5.15 no group can be.
  const idle = (): string => root.map((path) => readSync(join(path, 'cpu.idle')).trim()).join('')
  assert.match(idle(), /^1?$/)
  const couldBe = idle() !== ''
  await group.kill()
  await exit
  while (share() !== before) await sleep(systemClock, 20)
  assert.equal(idle(), couldBe ? '0' : '')
}

async function takesFreezesAndKills(group: Cgroup): Promise<void> {
  const child = await computeIn(group)
  try {
    const pid = child.pid ?? 0
    await group.freeze()
    const before = cpuTicks(pid)
    await sleep(systemClock, 100)
    assert.equal(cpuTicks(pid), before)
    await group.thaw()
    const beforeMs = group.cpuTimeMs()
    while (cpuTicks(pid) === before) await sleep(systemClock, 5)
    // The kernel brings it up to date now and then.
    while (group.cpuTimeMs() <= beforeMs) await sleep(systemClock, 5)
    assert.ok(group.cpuTimeMs() - beforeMs < 60_000, `${group.cpuTimeMs()}`)
    await group.freeze()
    const exit = once(child, 'exit')
    await group.kill()
    assert.deepEqual(await exit, [null, 'SIGKILL'])
  } finally {
    // It would never end by itself, frozen or not.
    await group.kill()
  }
}

describe('cgroup v2', () => {
  it('has the limits of a sandbox in its control files', () => {
    assert.deepEqual(v2Controls(cgroupLimits(128, 'strict')), {
      'memory.max': 134_217_728,
      'memory.swap.max': 0,
      'cpu.weight': 100,
      'cpu.max': '7236 100000',
      'pids.max': 1024,
      'io.weight': 100,
      'io.bfq.weight': 13,
    })
    assert.equal(v2Controls(cgroupLimits(128, 'shared'))['cpu.max'], 'max 100000')
  })

  it('leaves no half-made group: where the controls are missing, it makes none', async () => {
    // A plain directory, in which the kernel puts no control files.
    const parent = await mkdtemp(join(tmpdir(), 'lambdad-v2-'))
    await mkdir(join(parent, 'server'))
    await writeFile(join(parent, 'server/cgroup.subtree_control'), '')
    await writeFile(join(parent, 'server/cpu.weight'), '')
    const cgroups = new V2Cgroups(parent, 'server', systemClock, false)
    await cgroups.prepare()
    assert.deepEqual(cgroups.register, [`v2 ${parent}/server`])
    const enabled = await readFile(join(parent, 'server/cgroup.subtree_control'), 'utf8')
    assert.equal(enabled, '+memory +cpu +pids')
    await assert.rejects(cgroups.create('one', cgroupLimits(128, 'shared')), { code: 'ENOENT' })
    assert.ok(!existsSync(join(parent, 'server/one')))
    await rm(parent, { recursive: true })
  })
})

describe('parentForLimits', () => {
  it('goes up to the nearest group whose children may have limits', async () => {
    const root = await mkdtemp(join(tmpdir(), 'lambdad-v2-'))
    const own = join(root, 'system.slice/lambdad.service')
    await mkdir(own, { recursive: true })
    // A directory stands for a file that cannot be written, as in a group that has processes.
    await mkdir(join(own, 'cgroup.subtree_control'))
    await writeFile(join(root, 'system.slice/cgroup.subtree_control'), 'memory pids\n')
    const layout = { version: 2, mountPoint: root, own } as const
    assert.equal(await parentForLimits(layout), join(root, 'system.slice'))
    const written = await readFile(join(root, 'system.slice/cgroup.subtree_control'), 'utf8')
    assert.match(written, /^\+cpu/)
    await rm(join(root, 'system.slice/cgroup.subtree_control'))
    await assert.rejects(parentForLimits(layout), /Delegate=yes/)
    await rm(root, { recursive: true })
  })
})
