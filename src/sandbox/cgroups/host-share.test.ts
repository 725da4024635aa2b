/** When sandboxes stand back, by a clock and processors that are the test's. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { hostShareLookMs } from '../limits.ts'
import { type CpuWeights, serverWeight, standingBack } from './cgroups.ts'
import { HostShare } from './host-share.ts'

const processors = 4

function setUp() {
  const clock = new FakeClock()
  const written: CpuWeights[] = []
  let cpuMs = 0
  const cgroups = {
    cpuTimeMs: () => cpuMs,
    weighCpu: (weights: CpuWeights) => void written.push(weights),
  }
  const share = new HostShare(cgroups, { clock, log: silentLog }, processors)
  /** @param use of all processors, until the next look */
  const use = (part: number): void => {
    cpuMs += part * processors * hostShareLookMs
    clock.advance(hostShareLookMs)
  }
  return { clock, cgroups, share, written, use }
}

describe('sandboxes beside the rest of the host', () => {
  it('have no share when they stand back', () => {
    assert.equal(standingBack().idle, true)
    assert.ok(standingBack().cpuShares < serverWeight().cpuShares / 10, 'before Linux 5.15')
  })

  it('stand back while they use most of the processors, and no more when others need them', () => {
    const { share, written, use } = setUp()
    for (const part of [0, 0.4, 0.74]) use(part)
    assert.deepEqual(written, [])
    for (const part of [0.8, 1, 0.6, 0.41]) use(part)
    assert.deepEqual(written, [standingBack()])
    for (const part of [0.39, 0.7, 0]) use(part)
    assert.deepEqual(written, [standingBack(), serverWeight()])
    share[Symbol.dispose]()
  })

  it('have their share where nobody tells what they use, and when it cannot be changed', () => {
    const { clock, cgroups, share, written, use } = setUp()
    cgroups.cpuTimeMs = () => 0
    for (const part of [1, 1]) use(part)
    assert.deepEqual(written, [])
    let cpuMs = 0
    cgroups.cpuTimeMs = () => (cpuMs += processors * hostShareLookMs)
    const { weighCpu } = cgroups
    cgroups.weighCpu = () => {
      throw new Error('gone')
    }
    for (const part of [0, 0]) use(part)
    assert.deepEqual(written, [])
    cgroups.weighCpu = weighCpu
    use(0)
    assert.deepEqual(written, [standingBack()])
    share[Symbol.dispose]()
    assert.equal(clock.pending, 0)
  })
})
