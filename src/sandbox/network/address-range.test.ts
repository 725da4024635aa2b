import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { sandboxRanges } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import { chooseRange } from './address-range.ts'

const routeTo = (text: string) => {
  const [address = '', length] = text.split('/')
  return { address, length: Number(length) }
}

describe('chooseRange', () => {
  it('takes the first that no route of the host overlaps', () => {
    const chosen = (...routes: string[]) => chooseRange(routes.map(routeTo), sandboxRanges).text
    assert.equal(chosen('0.0.0.0/0', '192.0.2.0/24'), '198.18.0.0/16')
    // Within, around, and a single address.
    assert.equal(chosen('198.18.7.0/24'), '198.19.0.0/16')
    assert.equal(chosen('198.18.0.0/15'), '100.127.0.0/16')
    assert.equal(chosen('198.18.255.255/32', '198.19.0.0/32'), '100.127.0.0/16')
    assert.equal(chosen('198.17.255.255/32', '198.20.0.0/16'), '198.18.0.0/16')
    // As some VPNs say "everything".
    assert.equal(chosen('0.0.0.0/1', '128.0.0.0/1'), '198.18.0.0/16')
  })

  it('says so when there is none', () => {
    const routes = sandboxRanges.map(routeTo)
    assert.throws(() => chooseRange(routes, sandboxRanges), SandboxStartError)
  })

  it('gives every sandbox an address of its own within the range, none of them the gateway', () => {
    const range = chooseRange([], ['198.18.0.0/16'])
    assert.deepEqual([range.gateway, range.at(0)], ['198.18.0.1', '198.18.0.2'])
    assert.equal(range.at(range.size - 1), '198.18.255.254')
    const index = fc.integer({ min: 0, max: range.size - 1 })
    fc.assert(
      fc.property(index, index, (a, b) => {
        assert.match(range.at(a), /^198\.18\.\d+\.\d+$/)
        assert.equal(range.at(a) === range.at(b), a === b)
      }),
    )
  })
})
