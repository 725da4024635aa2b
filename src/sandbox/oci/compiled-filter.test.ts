import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { compiledFilterLookMs, compiledFilterMs } from '../limits.ts'
import { TestBackend, whyNoOci } from '../test-support.ts'
import { CompiledFilter } from './compiled-filter.ts'

describe('the compiled list of system calls', () => {
  it('is learnt from the first sandbox that has it, if it is whole', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lambdad-filter-'))
    after(() => rm(directory, { recursive: true }))
    const clock = new FakeClock()
    const filter = new CompiledFilter(clock)
    /** Of one sandbox: what is there at each look, and nothing any more then. */
    const learn = async (name: string, ...looks: Uint8Array[]): Promise<void> => {
      const state = join(directory, name)
      const file = join(state, 'seccomp.bpf')
      await mkdir(state)
      const looking = { hasEnded: false }
      const learning = filter.learn(state).then(() => {
        looking.hasEnded = true
      })
      /** The file is read on another thread; the next look begins with a timer. */
      const lookOnce = async (): Promise<void> => {
        clock.advance(compiledFilterLookMs)
        while (!looking.hasEnded && clock.pending === 0) await sleep(systemClock, 1)
      }
      for (const program of looks) {
        await writeFile(file, program)
        await lookOnce()
      }
      await rm(file, { force: true })
      while (!looking.hasEnded) await lookOnce()
      await learning
    }
    const ending = (bytes: number, code: number): Buffer =>
      Buffer.alloc(bytes, 1).fill(code, bytes - 8)
    const whole = ending(4160, 6)
    await learn('gone')
    await learn('empty', Buffer.alloc(0), Buffer.alloc(0))
    await learn('broken', ending(12, 6), ending(12, 6))
    await learn('in the middle', ending(4096, 0x15), ending(4096, 0x15))
    await learn('seen once', whole)
    await learn('still written', ending(4096, 6), whole)
    assert.deepEqual(filter.annotations, {})
    await learn('good', ending(4096, 6), whole, whole)
    const learnt = { 'run.oci.seccomp_bpf_data': whole.toString('base64') }
    assert.deepEqual(filter.annotations, learnt)
    await learn('later', ending(8, 6), ending(8, 6))
    assert.deepEqual(filter.annotations, learnt)
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
