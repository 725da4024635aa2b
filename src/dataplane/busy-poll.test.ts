/** How long the event loop is kept from sleeping. */
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import { BusyPoll } from './busy-poll.ts'
import { busyPollMs, busyPollTurnsMax } from './limits.ts'

/** Whether something asks for a turn of the event loop, beside ourselves. */
const isAwake = (): boolean => process.getActiveResourcesInfo().includes('Immediate')

describe('the event loop', () => {
  it('stays awake for a moment, from the last beginning on', async () => {
    const clock = new FakeClock()
    const poll = new BusyPoll(clock)
    assert.equal(isAwake(), false)
    poll.begin()
    for (let n = 0; n < 5; n += 1) {
      await turn()
      assert.equal(isAwake(), true)
      clock.advance(busyPollMs * 0.9)
      if (n < 4) poll.begin()
    }
    await turn()
    assert.equal(isAwake(), true)
    clock.advance(busyPollMs)
    await turn()
    assert.equal(isAwake(), false)
  })

  it('goes to sleep although its clock stands still', async () => {
    new BusyPoll(new FakeClock()).begin()
    for (let n = 0; n <= busyPollTurnsMax; n += 1) await turn()
    assert.equal(isAwake(), false)
  })
})
