import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { compiledFilterLookMs, compiledFilterMs } from '../limits.ts'
import { TestBackend, whyNoOci } from '../test-support.ts'
import { CompiledFilter } from './compiled-filter.ts'

describe('the compiled list of system calls', () => {
  it('is learnt from the first sandbox that has it, if it is whole', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lambdad-filter-'))
    const clock = new FakeClock()
    const filter = new CompiledFilter(clock)
    const learn = async (name: string, program?: Uint8Array): Promise<void> => {
      const state = join(directory, name)
      await mkdir(state)
      if (program) await writeFile(join(state, 'seccomp.bpf'), program)
      filter.learn(state)
      await pass(compiledFilterLookMs)
      await pass(compiledFilterMs)
    }
    const pass = async (ms: number): Promise<void> => {
      clock.advance(ms)
      // The file is read on another thread.
      for (let turns = 0; turns < 200; turns += 1) await turn()
      await sleep(systemClock, 20)
    }
    await learn('gone')
    assert.deepEqual(filter.annotations, {})
    await learn('empty', Buffer.alloc(0))
    await learn('broken', Buffer.alloc(12, 1))
    assert.deepEqual(filter.annotations, {})
    await learn('good', Buffer.alloc(16, 1))
    const learnt = { 'run.oci.seccomp_bpf_data': Buffer.alloc(16, 1).toString('base64') }
    assert.deepEqual(filter.annotations, learnt)
    await learn('later', Buffer.alloc(8, 2))
    assert.deepEqual(filter.annotations, learnt)
    await rm(directory, { recursive: true })
  })

  it(
    'holds the sandboxes after the first as it holds the first',
    { skip: whyNoOci() },
    async () => {
      await using test = await TestBackend.open()
      const state = async (): Promise<Map<string, Buffer>> => {
        const [home] = await readdir(test.runDirectory)
        const root = join(test.runDirectory, home ?? '', 'runtime')
        const ids = await readdir(root)
        const read = ids.map(
          async (id) => [id, await readFile(join(root, id, 'seccomp.bpf'))] as const,
        )
        return new Map(await Promise.all(read))
      }
      const first = await test.start(['/bin/sleep', '60'])
      await sleep(systemClock, 2 * compiledFilterMs)
      const second = await test.start([
        '/bin/sh',
        '-c',
        'unshare -U true || grep Seccomp: /proc/self/status; exec sleep 60',
      ])
      const [said] = await second.stdout.take(1).toArray()
      assert.equal(String(said), 'Seccomp:\t2\n')
      const programs = await state()
      assert.ok((programs.get(first.id)?.length ?? 0) > 1000)
      assert.deepEqual(programs.get(second.id), programs.get(first.id))
      for (const sandbox of [first, second]) await sandbox.destroy('seen')
    },
  )
})
