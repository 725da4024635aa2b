/** Of the processors of this very host. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import os from 'node:os'
import { describe, it } from 'node:test'
import { hostIdleMs } from './host-idle.ts'

const mayUseAll = os.availableParallelism() === os.cpus().length

describe('the time that the processors have idled', () => {
  it('is known and never falls', { skip: !mayUseAll && 'may not use all processors' }, () => {
    const before = hostIdleMs()
    assert.ok(before !== undefined && before > 0)
    const after = hostIdleMs()
    assert.ok(after !== undefined && after >= before)
  })

  it(
    'is not known to one that may not use all of them',
    { skip: (!mayUseAll || os.cpus().length < 2) && 'may not use two processors' },
    () => {
      const script = `import { hostIdleMs } from ${JSON.stringify(new URL('host-idle.ts', import.meta.url))}
        console.log(hostIdleMs())`
      const module = ['--input-type=module', '-e', script]
      const program = ['--cpu-list', '0', process.execPath, ...module]
      assert.equal(execFileSync('taskset', program, { encoding: 'utf8' }), 'undefined\n')
    },
  )
})
