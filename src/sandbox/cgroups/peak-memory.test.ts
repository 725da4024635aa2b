import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { peakProcessesMax, peakUncertaintyBytes } from '../limits.ts'
import { PeakMemory, residentBytesOf, unmappedBytes } from './peak-memory.ts'

const limit = 128 << 20
const megabytes = (count: number): number => count << 20

/** A group with one process, as the kernel keeps its books: cache goes when memory is needed, or with its file. */
class Group {
  peakBytes = 0
  cacheBytes = 0
  #programs = 0
  /** The highest that programs have had since the start, and of the process that lives. */
  needed = 0
  resident = 0

  get reading() {
    const { peakBytes, cacheBytes } = this
    return { peakBytes, cacheBytes, usedBytes: this.#programs + cacheBytes }
  }

  use(bytes: number): void {
    this.#programs = Math.min(bytes, limit)
    this.cacheBytes = Math.min(this.cacheBytes, limit - this.#programs)
    this.needed = Math.max(this.needed, this.#programs)
    this.resident = Math.max(this.resident, this.#programs)
    this.#count()
  }

  write(bytes: number): void {
    this.cacheBytes = Math.min(this.cacheBytes + bytes, limit - this.#programs)
    this.#count()
  }

  delete(bytes: number): void {
    this.cacheBytes = Math.max(0, this.cacheBytes - bytes)
  }

  #count(): void {
    this.peakBytes = Math.max(this.peakBytes, this.#programs + this.cacheBytes)
  }
}

const size = fc.integer({ min: 0, max: limit })

describe('the peak of memory', () => {
  const steps = fc.array(fc.record({ use: fc.array(size), write: fc.array(size), remove: size }), {
    maxLength: 12,
  })

  it('is what programs needed, whatever cache came and went', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const group = new Group()
        const peak = new PeakMemory()
        for (const { use, write, remove } of all) {
          for (const bytes of use) group.use(bytes)
          for (const bytes of write) group.write(bytes)
          group.delete(remove)
          const found = peak.observe(group.reading, () => group.resident)
          assert.ok(Math.abs(found - group.needed) <= peakUncertaintyBytes, `${found}`)
        }
      }),
    )
  })

  it('is never too low where processes have ended, but for cache that was pushed out', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const group = new Group()
        const peak = new PeakMemory()
        for (const { use, write } of all) {
          for (const bytes of use) group.use(Math.min(bytes, limit - group.cacheBytes))
          for (const bytes of write) group.write(bytes)
          const found = peak.observe(group.reading, () => undefined)
          assert.ok(found >= group.needed - peakUncertaintyBytes && found <= group.peakBytes)
        }
      }),
    )
  })

  it('is at least what is in use now, and never falls, whatever the kernel says', () => {
    const reading = fc.record({ peakBytes: size, usedBytes: size, cacheBytes: size })
    fc.assert(
      fc.property(fc.array(reading), size, (readings, resident) => {
        const peak = new PeakMemory()
        let before = 0
        for (const each of readings) {
          const found = peak.observe(each, () => resident)
          assert.ok(found >= before && found >= each.usedBytes - each.cacheBytes)
          before = found
        }
      }),
    )
  })

  it('looks at processes only when it has to', () => {
    const peak = new PeakMemory()
    const usual = { peakBytes: megabytes(60), usedBytes: megabytes(59), cacheBytes: 0 }
    assert.equal(
      peak.observe(usual, () => megabytes(70)),
      megabytes(60),
    )
    const never = () => assert.fail('nothing is in doubt')
    assert.equal(peak.observe(usual, never), megabytes(60))
    assert.equal(peak.observe({ ...usual, peakBytes: megabytes(61) }, never), megabytes(60))
  })
})

describe('what is read of the kernel', () => {
  it('is the cache that nobody has mapped', () => {
    const stat = 'anon 5\nfile 1000\nkernel 7\nshmem 100\nfile_mapped 250\nfile_dirty 3\n'
    assert.equal(unmappedBytes(stat, 'file', 'shmem', 'file_mapped'), 650)
    assert.equal(unmappedBytes('cache 10\nshmem 20\n', 'cache', 'shmem', 'mapped_file'), 0)
    assert.equal(unmappedBytes('', 'file', 'shmem', 'file_mapped'), 0)
  })

  it('is what processes have had at most, of those that are there', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'lambdad-procs-'))
    t.after(() => rm(directory, { recursive: true }))
    const hold =
      'const it = Buffer.alloc(48 << 20, 1); console.log(it.length); process.stdin.resume()'
    const child = spawn(process.execPath, ['-e', hold], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const list = join(directory, 'cgroup.procs')
    await writeFile(list, `4194305\n${child.pid}\n`)
    const found = residentBytesOf([list, join(directory, 'missing')], 0)
    assert.ok(found !== undefined && found > megabytes(48) && found < megabytes(1024), `${found}`)
    // Those of the OCI runtime are nobody's function.
    assert.equal(residentBytesOf([list]), undefined)
    child.stdin.end()
    await once(child, 'exit')
    assert.equal(residentBytesOf([list], 0), undefined)
  })

  it('is nothing to rely on where children have ended, or are many', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'lambdad-procs-'))
    t.after(() => rm(directory, { recursive: true }))
    const list = join(directory, 'cgroup.procs')
    const shell = spawn('/bin/sh', ['-c', '/bin/true; echo; read _'])
    await once(shell.stdout, 'data')
    await writeFile(list, `${shell.pid}\n`)
    assert.equal(residentBytesOf([list], 0), undefined)
    shell.stdin.end()
    await once(shell, 'exit')
    await writeFile(list, `${process.pid}\n`.repeat(peakProcessesMax + 1))
    assert.equal(residentBytesOf([list], 0), undefined)
  })
})
