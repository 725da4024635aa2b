import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { canWeighIo, ioWeights, weighingDisks } from './io-weight.ts'

describe('shares of the disks', () => {
  it('are in proportion to memory, and what the kernel takes', () => {
    assert.deepEqual(ioWeights(128), { ioWeight: 100, bfqWeight: 13 })
    assert.deepEqual(ioWeights(1024), { ioWeight: 800, bfqWeight: 100 })
    assert.deepEqual(ioWeights(10_240), { ioWeight: 8_000, bfqWeight: 1_000 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 20 }), (memoryMb) => {
        const { ioWeight, bfqWeight } = ioWeights(memoryMb)
        assert.ok(ioWeight >= 1 && ioWeight <= 10_000)
        assert.ok(bfqWeight >= 1 && bfqWeight <= 1_000)
      }),
    )
  })

  it('are given out by disks with BFQ, and on v2 by those with iocost', async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'lambdad-disks-'))
    t.after(() => rm(root, { recursive: true }))
    const blocks = join(root, 'block')
    const costs = join(root, 'io.cost.qos')
    const disks = [
      ['sda', '8:0', 'none mq-deadline [bfq]'],
      ['sdb', '8:16', '[mq-deadline] bfq none'],
      ['nvme0n1', '259:0', '[none] bfq'],
    ] as const
    for (const [name, number, schedulers] of disks) {
      await mkdir(join(blocks, name, 'queue'), { recursive: true })
      await writeFile(join(blocks, name, 'dev'), `${number}\n`)
      await writeFile(join(blocks, name, 'queue/scheduler'), `${schedulers}\n`)
    }
    await writeFile(costs, '8:16 enable=0 ctrl=auto\n259:0 enable=1 ctrl=user rpct=0\n')
    assert.deepEqual((await weighingDisks(2, { blocks, costs })).toSorted(), ['nvme0n1', 'sda'])
    assert.deepEqual(await weighingDisks(1, { blocks, costs }), ['sda'])
    assert.deepEqual(await weighingDisks(2, { blocks: join(root, 'none'), costs }), [])
    const devices = join(root, 'bdi')
    assert.equal(await canWeighIo(1, { blocks, costs, devices }), true)
    assert.equal(await canWeighIo(2, { blocks, costs, devices }), false)
    await mkdir(join(devices, '8:0'), { recursive: true })
    assert.equal(await canWeighIo(2, { blocks, costs, devices }), false)
    await writeFile(join(devices, '8:0/strict_limit'), '0\n')
    assert.equal(await canWeighIo(2, { blocks, costs, devices }), true)
    assert.equal(await canWeighIo(1, { blocks: join(root, 'none') }), false)
  })
})
