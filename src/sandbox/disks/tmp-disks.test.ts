/** File systems for /tmp, made and removed for real. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { hostUsers } from '../limits.ts'
import { loopDevicesOf, unbounded } from '../test-support.ts'
import { TestDisks, mountOptionsOf, smallDisk, whyNoDisks } from './test-support.ts'
import type { TmpDisk } from './tmp-disks.ts'

const mebibyte = Buffer.alloc(1 << 20, 'never seen by another sandbox. ')

/** Writes until there is no room. @returns how many MiB, and the error's code */
function fill(path: string, fsync = false): [number, string | undefined] {
  const file = openSync(path, 'w')
  let bytes = 0
  try {
    for (;;) {
      bytes += writeSync(file, mebibyte)
      if (fsync) fsyncSync(file)
    }
  } catch (error) {
    return [bytes / (1 << 20), (error as NodeJS.ErrnoException).code]
  } finally {
    closeSync(file)
  }
}

/** Of a loop device; undefined where the kernel has no such thing (before 6.2). */
function strictLimit(device: string): string | undefined {
  const path = `/sys/block/${device}/bdi/strict_limit`
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

const hasBounds = strictLimit('loop0') !== undefined

async function made(test: TestDisks, megabytes: number): Promise<TmpDisk> {
  const disk = await test.disks.take(megabytes)
  assert.ok(disk, test.warnings.join())
  return disk
}

describe('a /tmp on a disk', { skip: whyNoDisks(), timeout: 120_000 }, () => {
  it('has the size that was asked for, and as many files, of any size', async () => {
    await using test = new TestDisks()
    for (const megabytes of [16, 65, 512, 777, 2_048]) {
      const disk = await made(test, megabytes)
      const { bavail, bsize, ffree } = statfsSync(disk.path)
      const over = bavail * bsize - megabytes * 2 ** 20
      assert.ok(over >= 0 && over < 300 << 10, `${megabytes} MiB and ${over}`)
      assert.ok(ffree >= megabytes * 256 - 16, `${ffree} files`)
      await disk[Symbol.asyncDispose]()
    }
  })

  it('can be filled up to it, and no further', async () => {
    await using test = new TestDisks()
    const disk = await made(test, 64)
    const [megabytes, code] = fill(join(disk.path, 'large'))
    assert.equal(code, 'ENOSPC')
    assert.ok(megabytes >= 64 && megabytes < 64.4, `${megabytes}`)
    assert.deepEqual(readFileSync(join(disk.path, 'large')).subarray(63 << 20, 64 << 20), mebibyte)
  })

  it('is empty, of its user, and neither devices nor set-user-id programs count', async () => {
    await using test = new TestDisks()
    const disk = await made(test, 16)
    assert.deepEqual(readdirSync(disk.path), [])
    await disk.giveTo(3)
    const { uid, gid, mode } = statSync(disk.path)
    const first = hostUsers.first + 3 * hostUsers.perSandbox
    assert.deepEqual([uid, gid, mode & 0o7777], [first + 993, first + 990, 0o1777])
    const options = mountOptionsOf(disk.path) ?? ''
    assert.match(options, /^rw,nosuid,nodev,noatime /)
    // No function makes the host's disk sync.
    assert.match(options, /nobarrier/)
  })

  it('shows nothing on the disk that it is on, and has nothing of those before', async () => {
    await using test = new TestDisks()
    for (let round = 0; round < 3; round += 1) {
      const disk = await made(test, 16)
      assert.deepEqual(readdirSync(test.directory), [])
      const [device = '', ...others] = loopDevicesOf(test.directory)
      assert.deepEqual(others, [])
      assert.equal(readFileSync(`/dev/${device}`).indexOf('never seen'), -1)
      assert.equal(fill(join(disk.path, 'secret'))[1], 'ENOSPC')
      await disk[Symbol.asyncDispose]()
    }
  })

  it('leaves nothing: no mount, no device in use, no setting of one, and the room it had', async () => {
    using small = smallDisk(96)
    await using test = new TestDisks(small.path)
    await (await made(test, 16))[Symbol.asyncDispose]()
    const before = statfsSync(small.path).bfree
    const disks = await Promise.all([made(test, 16), made(test, 16)])
    const devices = loopDevicesOf(small.path)
    assert.equal(devices.length, 2)
    assert.deepEqual(new Set(devices.map(strictLimit)), new Set([hasBounds ? '1' : undefined]))
    for (const { path } of disks) assert.equal(fill(join(path, 'large'), true)[1], 'ENOSPC')
    assert.ok(statfsSync(small.path).bfree < before - (20 << 20) / 4096)
    for (const disk of disks) await disk[Symbol.asyncDispose]()
    for (const disk of disks) await disk[Symbol.asyncDispose]()
    assert.deepEqual(loopDevicesOf(small.path), [])
    await unbounded(devices)
    assert.equal(statfsSync(small.path).bfree, before)
    assert.deepEqual(readdirSync(join(test.home, 'disks')), [])
  })

  it('goes with the server, whatever is mounted still, and is registered before it is there', async () => {
    const test = new TestDisks()
    const [first] = await Promise.all([made(test, 16), made(test, 16), made(test, 32)])
    writeFileSync(join(first.path, 'file'), 'kept')
    const mountPoint = join(test.home, 'disks')
    assert.deepEqual(test.registered, [`mount ${mountPoint}`, 'loop-devices -'])
    assert.equal(loopDevicesOf(test.directory).length, 3)
    await test[Symbol.asyncDispose]()
    assert.deepEqual(loopDevicesOf(test.directory), [])
    assert.equal(mountOptionsOf(mountPoint), undefined)
    await first[Symbol.asyncDispose]()
  })

  it('may be on its way out when the server ends', async () => {
    const test = new TestDisks()
    const disks = await Promise.all([made(test, 16), made(test, 16), made(test, 16)])
    const removals = disks.map((disk) => disk[Symbol.asyncDispose]())
    await Promise.all([...removals, test[Symbol.asyncDispose]()])
    assert.deepEqual(loopDevicesOf(test.directory), [])
    assert.equal(mountOptionsOf(join(test.home, 'disks')), undefined)
  })

  it('is made many at a time, each one its own', async () => {
    await using test = new TestDisks()
    const disks = await Promise.all(Array.from({ length: 24 }, () => made(test, 16)))
    for (const [index, { path }] of disks.entries()) writeFileSync(join(path, 'name'), `${index}`)
    for (const [index, { path }] of disks.entries()) {
      assert.deepEqual(readdirSync(path), ['name'])
      assert.equal(readFileSync(join(path, 'name'), 'utf8'), `${index}`)
    }
    await Promise.all(disks.map((disk) => disk[Symbol.asyncDispose]()))
    assert.deepEqual(loopDevicesOf(test.directory), [])
  })
})

describe('a host without what disks need', { skip: whyNoDisks(), timeout: 60_000 }, () => {
  const support = new URL('test-support.ts', import.meta.url).href
  const script = `
    import { TestDisks } from '${support}'
    await using test = new TestDisks()
    await test.disks.prepare()
    console.log(test.warnings.join())`

  for (const [lack, hide, told] of [
    [
      'loop devices',
      'mount -t tmpfs t /dev && mknod /dev/null c 1 3',
      /\/dev\/loop-control.*modprobe/,
    ],
    ['mke2fs', 'mount --bind /bin/false "$(command -v mke2fs)"', /mke2fs cannot make them/],
  ] as const)
    it(`tells that it has no ${lack}, and what to do`, () => {
      const words = `PATH=$PATH:/usr/sbin:/sbin && ${hide} && exec "$0" -e "$1"`
      const command = ['--mount', '/bin/sh', '-c', words, process.execPath, script]
      const options = { encoding: 'utf8', timeout: 50_000, killSignal: 'SIGKILL' } as const
      assert.match(execFileSync('unshare', command, options), told)
    })
})

describe('disks made ahead', { skip: whyNoDisks(), timeout: 120_000 }, () => {
  /** Waits until there are as many as `count`, in use or not. */
  async function until(test: TestDisks, count: number): Promise<void> {
    while (loopDevicesOf(test.directory).length !== count) await sleep(systemClock, 5)
  }

  it('are of the sizes asked for last, and there before they are asked for', async () => {
    await using test = new TestDisks(undefined, { each: 2, sizes: 2 })
    const first = await made(test, 16)
    await until(test, 3)
    const ahead = new Set(readdirSync(join(test.home, 'disks')))
    const second = await made(test, 16)
    assert.ok(ahead.has(basename(second.path)))
    await made(test, 32)
    await until(test, 7)
    // Those of the size that was asked for longest ago go.
    await made(test, 48)
    await until(test, 8)
    await Promise.all([first, second].map((disk) => disk[Symbol.asyncDispose]()))
    await until(test, 6)
    assert.deepEqual(test.warnings, [])
  })

  it('make room for one that is needed', async () => {
    using small = smallDisk(96)
    await using test = new TestDisks(small.path, { each: 2, sizes: 2 })
    const one = await made(test, 16)
    await until(test, 3)
    const large = await made(test, 48)
    assert.equal(statfsSync(large.path).bavail >= (48 << 20) / 4096, true)
    await one[Symbol.asyncDispose]()
    assert.deepEqual(test.warnings, [])
  })
})

describe('the disk below', { skip: whyNoDisks(), timeout: 120_000 }, () => {
  it('never promises more than it has', async () => {
    using small = smallDisk(96)
    await using test = new TestDisks(small.path)
    const disks: TmpDisk[] = []
    for (;;) {
      const disk = await test.disks.take(16)
      if (!disk) break
      disks.push(disk)
    }
    // A tenth stays free, and the file systems need something for themselves.
    assert.ok(disks.length >= 3 && disks.length <= 5, `${disks.length}`)
    assert.equal(await test.disks.take(16), undefined)
    assert.equal(test.warnings.length, 1)
    assert.match(test.warnings[0]!, /kept in memory and counts.*too little room/)
    // What has been promised is there, whoever else comes.
    for (const { path } of disks) assert.deepEqual(fill(join(path, 'x'), true)[1], 'ENOSPC')
    await disks[0]![Symbol.asyncDispose]()
    const another = await made(test, 16)
    assert.equal(await test.disks.take(16), undefined)
    assert.equal(test.warnings.length, 2)
    await another[Symbol.asyncDispose]()
  })

  it('may be filled by others: functions get errors, and removal works', async () => {
    using small = smallDisk(96)
    await using test = new TestDisks(small.path)
    const disk = await made(test, 32)
    fill(join(small.path, 'of somebody else'))
    const [, code] = fill(join(disk.path, 'large'), true)
    assert.match(String(code), /EIO|EROFS|ENOSPC/)
    assert.equal(await test.disks.take(16), undefined)
    await disk[Symbol.asyncDispose]()
    assert.deepEqual(loopDevicesOf(small.path), [])
  })

  it('is no disk when it is memory: said once, with what to do', async () => {
    await using test = new TestDisks('/dev/shm')
    await test.disks.prepare()
    assert.equal(await test.disks.take(512), undefined)
    assert.equal(await test.disks.take(512), undefined)
    assert.equal(test.warnings.length, 1)
    assert.match(test.warnings[0]!, /kept in memory.*\/dev\/shm is in memory itself\. Put the data/)
    assert.deepEqual(readdirSync(test.home), [])
  })
})
