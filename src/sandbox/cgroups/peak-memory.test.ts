import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { peakUncertaintyBytes } from '../limits.ts'
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
  it('is what programs needed, however much cache came or went between two looks', () => {
    // Between two looks cache does not both come and go: then nobody could tell.
    const step = fc.record({
      uses: fc.array(size, { maxLength: 4 }),
      cache: size,
      grows: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const group = new Group()
        const peak = new PeakMemory()
        let found = 0
        for (const { uses, cache, grows } of steps) {
          if (grows) {
            // What it needs comes first: a need that pushes cache out is cache that goes.
            for (const bytes of uses.map((each) => Math.min(each, limit - group.cacheBytes)))
              group.use(bytes)
            group.write(cache)
          } else {
            for (const bytes of uses) group.use(bytes)
            group.delete(cache)
          }
          found = peak.observe(group.reading, () => group.resident)
          assert.ok(found <= group.peakBytes)
          assert.ok(Math.abs(found - group.needed) <= peakUncertaintyBytes, `${found}`)
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

  it('counts children that have ended, and not what was written to files', () => {
    const peak = new PeakMemory()
    const resident = () => megabytes(40)
    const started = { peakBytes: megabytes(40), usedBytes: megabytes(40), cacheBytes: 0 }
    assert.equal(peak.observe(started, resident), megabytes(40))
    // A converter has had 50 MB beside it, and is gone.
    const converted = { ...started, peakBytes: megabytes(90) }
    assert.equal(peak.observe(converted, resident), megabytes(90))
    const written = { peakBytes: limit, usedBytes: limit, cacheBytes: megabytes(88) }
    assert.equal(peak.observe(written, resident), megabytes(90))
  })

  it('looks at processes only when it has to', () => {
    const peak = new PeakMemory()
    const never = () => assert.fail('nothing is in doubt')
    const usual = { peakBytes: megabytes(60), usedBytes: megabytes(50), cacheBytes: 1000 }
    assert.equal(peak.observe(usual, never), megabytes(60) - 1000)
    assert.equal(peak.observe(usual, never), megabytes(60) - 1000)
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
    const found = residentBytesOf([list, join(directory, 'missing')])
    assert.ok(found > megabytes(48) && found < megabytes(1024), `${found}`)
    child.stdin.end()
    await once(child, 'exit')
    assert.equal(residentBytesOf([list]), 0)
  })
})
