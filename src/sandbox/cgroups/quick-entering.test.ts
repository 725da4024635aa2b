import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, it } from 'node:test'
import { randomHex } from '../../kernel/ids.ts'
import { type Log, silentLog } from '../../kernel/log.ts'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { whyNoOci } from '../test-support.ts'
import { quickenEntering } from './quick-entering.ts'

describe('control groups that are entered quickly', { skip: whyNoOci(), timeout: 30_000 }, () => {
  it('leave no hierarchy and no mount behind', async () => {
    const name = `lambdad-test-${randomHex(8)}`
    await quickenEntering(name, tmpdir(), silentLog)
    assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(name))
    // The kernel takes it apart in the background.
    while (readFileSync('/proc/self/cgroup', 'utf8').includes(name)) await sleep(systemClock, 20)
  })

  it('are done without where the kernel refuses, and the log says so', async () => {
    const said: unknown[] = []
    const log = { ...silentLog, debug: (fields: object) => void said.push(fields) } as Log
    await quickenEntering('a name,that is no name', tmpdir(), log)
    assert.equal(said.length, 1)
    assert.match(JSON.stringify(said), /mount/)
  })
})
