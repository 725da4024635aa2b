import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { readyPatienceMs } from '../limits.ts'
import { saidReady } from './ready.ts'

/** Two ends of one connection. */
async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connected = once(server, 'connection')
  const ours = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [theirs] = await connected
  server.close()
  return [ours, theirs as Socket]
}

describe('the word of a sandbox that it is there', () => {
  it('is waited for, and its descriptor closed then', async () => {
    const [ours, theirs] = await socketPair()
    const clock = new FakeClock()
    let said = false
    const ready = saidReady(ours, clock).then(() => {
      said = true
    })
    await turn()
    assert.equal(said, false)
    theirs.write('\n')
    await ready
    await once(theirs.resume(), 'close')
    assert.equal(ours.destroyed, true)
  })

  it('does not come when the process ends, nor after a while', async () => {
    const [ended, end] = await socketPair()
    end.destroy()
    await assert.rejects(saidReady(ended, new FakeClock()), /did not come to its process/)
    assert.ok(ended.destroyed)
    await assert.rejects(saidReady(ended, new FakeClock()), /did not come to its process/)
    const [silent, silence] = await socketPair()
    const clock = new FakeClock()
    const ready = saidReady(silent, clock)
    clock.advance(readyPatienceMs)
    await assert.rejects(ready, /did not come to its process/)
    silence.destroy()
  })
})
