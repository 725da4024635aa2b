import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import type { FunctionArn } from '../kernel/brand.ts'
import { scopeOf } from '../kernel/arn.ts'
import { Concurrency } from './concurrency.ts'
import { accountConcurrencyMax } from './limits.ts'

const scope = scopeOf('123456789012', 'eu-west-1')
const arn = (name: string) => name as FunctionArn

describe('concurrency', () => {
  it('lets a function have what it has reserved, and nobody else', () => {
    const concurrency = new Concurrency()
    const [f, g] = [concurrency.of(scope, arn('f')), concurrency.of(scope, arn('g'))]
    f.reserve(2)
    assert.deepEqual([f.enter(), f.enter()], [undefined, undefined])
    assert.equal(f.enter(), 'ReservedFunctionConcurrentInvocationLimitExceeded')
    for (let each = 0; each < accountConcurrencyMax - 2; each += 1)
      assert.equal(g.enter(), undefined)
    assert.equal(g.enter(), 'ConcurrentInvocationLimitExceeded')
    f.leave()
    assert.equal(f.enter(), undefined)
    f.reserve(0)
    assert.equal(f.enter(), 'ReservedFunctionConcurrentInvocationLimitExceeded')
  })

  it('is counted by account and region', () => {
    const concurrency = new Concurrency()
    const here = concurrency.of(scope, arn('f'))
    const there = concurrency.of(scopeOf('123456789012', 'us-east-1'), arn('g'))
    for (let each = 0; each < accountConcurrencyMax; each += 1) here.enter()
    assert.equal(here.enter(), 'ConcurrentInvocationLimitExceeded')
    assert.equal(there.enter(), undefined)
  })

  it('never lets more run than there may, whatever is reserved when (property)', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('enter' as const), who: fc.nat(2) }),
      fc.record({ kind: fc.constant('leave' as const), who: fc.nat(2) }),
      fc.record({
        kind: fc.constant('reserve' as const),
        who: fc.nat(2),
        reserved: fc.option(fc.nat(300), { nil: undefined }),
      }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const concurrency = new Concurrency()
        const all = ['a', 'b', 'c'].map((name) => concurrency.of(scope, arn(name)))
        const running = [0, 0, 0]
        for (const each of steps) {
          const counted = all[each.who]!
          if (each.kind === 'reserve') counted.reserve(each.reserved)
          else if (each.kind === 'enter')
            running[each.who]! += counted.enter() === undefined ? 1 : 0
          else if (running[each.who]! > 0) {
            counted.leave()
            running[each.who]! -= 1
          }
          assert.deepEqual(
            all.map((one) => one.running),
            running,
          )
        }
        // Nothing is lost or counted twice: when all have left and nothing is reserved, all of it is there again.
        all.forEach((one, index) => {
          for (; running[index]! > 0; running[index]! -= 1) one.leave()
          one.reserve(undefined)
        })
        for (let each = 0; each < accountConcurrencyMax; each += 1)
          assert.equal(all[0]!.enter(), undefined)
        assert.notEqual(all[1]!.enter(), undefined)
      }),
    )
  })
})
