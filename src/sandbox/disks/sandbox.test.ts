/** /tmp as functions have it, with real OCI runtimes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { peakUncertaintyBytes } from '../limits.ts'
import { TestBackend, backends, imageOf, loopDevicesOf, node, whyNoOci } from '../test-support.ts'
import { whyNoDisks } from './test-support.ts'

/** Writes so many MiB to /tmp, reads them back, and then takes all the room there is. */
const writesMuch = `
  const fs = require('node:fs')
  const [written, read] = [Buffer.alloc(1 << 20), Buffer.alloc(1 << 20)]
  const file = fs.openSync('/tmp/large', 'w+')
  for (let number = 0; number < 400; number += 1) fs.writeSync(file, written.fill('block ' + number))
  let right = 0
  for (let number = 0; number < 400; number += 1) {
    fs.readSync(file, read, 0, read.length, number << 20)
    if (read.equals(written.fill('block ' + number))) right += 1
  }
  let more = 0
  try {
    for (;;) more += fs.writeSync(file, read, 0, read.length, (400 << 20) + more)
  } catch (error) {
    console.log(right, more >> 20, error.code)
    fs.ftruncateSync(file)
    console.log('done')
  }
  setInterval(() => {}, 1000)`

for (const [name, backend] of Object.entries(backends)) {
  if (backend.kind !== 'oci') continue
  const skip = whyNoOci(backend.runtime) || whyNoDisks()
  describe(`/tmp in a sandbox of ${name}`, { skip, timeout: 120_000 }, () => {
    it('holds more than the function has memory, and is no part of what it used', async () => {
      await using test = await TestBackend.open(backend)
      const spec = { memoryMb: 128, tmpMb: 512 }
      const sandbox = await test.start([node, '-e', writesMuch], spec)
      let said = ''
      for await (const chunk of sandbox.stdout) {
        said += String(chunk)
        if (said.endsWith('done\n')) break
      }
      assert.equal(said, '400 112 ENOSPC\ndone\n')
      const peakMemoryBytes = sandbox.peakMemoryBytes()
      await sandbox.destroy('seen')
      assert.equal((await sandbox.exited).outOfMemory, false)
      // gVisor's own memory counts, too, and what its processes have had is not known once some have ended: it is all
      // that its group may have then, and the page that the kernel counts before it refuses it.
      const most = ((name === 'runsc' ? 192 : 100) << 20) + peakUncertaintyBytes
      assert.ok(peakMemoryBytes > 10 << 20 && peakMemoryBytes <= most, `${peakMemoryBytes}`)
    })

    it('is empty each time, runs programs, and goes with its sandbox', async () => {
      await using test = await TestBackend.open(backend)
      const script =
        'echo /tmp/*; cp /bin/true /tmp/program && /tmp/program && echo ran; ln -s / /tmp/root'
      for (let round = 0; round < 2; round += 1) {
        const { stdout, stderr } = await test.run(['/bin/sh', '-c', script])
        assert.equal(stdout, '/tmp/*\nran\n', stderr)
      }
      const sandbox = await test.start(['/bin/sh', '/var/task/silent.sh'])
      const images = () => new Set(loopDevicesOf(test.runDirectory).map(imageOf))
      const before = images()
      await sandbox.destroy('seen')
      // Others are made ahead, which stay; one that starts elsewhere may hold it for a moment.
      while (before.isSubsetOf(images())) await sleep(systemClock, 5)
      await test.backend[Symbol.asyncDispose]()
      assert.deepEqual(loopDevicesOf(test.runDirectory), [])
    })

    it('is in memory where it cannot be on a disk, which is said once', async () => {
      const warnings: string[] = []
      const warn = (_: object, message: string) => void warnings.push(message)
      const log = { ...silentLog, warn }
      await using test = await TestBackend.open({ ...backend, diskDirectory: '/dev/shm', log })
      for (let round = 0; round < 2; round += 1) {
        const { stdout } = await test.run(['/bin/sh', '-c', 'grep " /tmp " /proc/mounts'])
        assert.match(stdout, /tmpfs/)
      }
      assert.equal(warnings.filter((each) => each.includes('in memory')).length, 1)
    })
  })
}
