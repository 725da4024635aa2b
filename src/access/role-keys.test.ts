/** The keys that functions are lent: whose they are, and for how long. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import type { RunnableVersion } from '../kernel/ports.ts'
import type { Store } from '../store/store.ts'
import { Credentials } from './credentials.ts'
import { lentKeysMax, roleKeysLeftMs, roleKeysMs } from './limits.ts'
import { RoleKeys } from './role-keys.ts'
import { SecretBox } from './secret-box.ts'

/** Nothing lent is ever looked for on the disk. */
const noStore = new Proxy({}, { get: () => assert.fail('the store was asked') }) as Store

function setUp() {
  const clock = new FakeClock()
  const credentials = new Credentials(noStore, new SecretBox(Buffer.alloc(32)), clock)
  return { clock, credentials, keys: new RoleKeys(credentials, clock) }
}

const version = (name: string, role = 'arn:aws:iam::111122223333:role/path/worker') =>
  ({
    account: '111122223333',
    functionName: name,
    functionArn: `arn:aws:lambda:eu-west-1:111122223333:function:${name}`,
    role,
  }) as unknown as RunnableVersion

describe('keys of an execution role', () => {
  it("are the role's session of the function's name", () => {
    const { keys, credentials } = setUp()
    const { accessKeyId, secretAccessKey, sessionToken } = keys.keysFor(version('f'))
    assert.match(accessKeyId, /^ASIA[A-Z2-7]{16}$/)
    assert.equal(secretAccessKey.length, 40)
    assert.ok(sessionToken.length > 100)
    const principal = credentials.borrowerOf(accessKeyId)
    assert.equal(principal?.account, '111122223333')
    assert.equal(principal?.arn, 'arn:aws:sts::111122223333:assumed-role/worker/f')
    assert.match(principal?.userId ?? '', /^AROA[A-Z2-7]{17}:f$/)
  })

  it('are shared by the environments of a function, and by no other function or role', () => {
    const { keys } = setUp()
    const first = keys.keysFor(version('f'))
    assert.equal(keys.keysFor(version('f')), first)
    assert.notEqual(keys.keysFor(version('g')).accessKeyId, first.accessKeyId)
    const otherRole = version('f', 'arn:aws:iam::111122223333:role/other')
    assert.notEqual(keys.keysFor(otherRole).accessKeyId, first.accessKeyId)
  })

  it('are new ones before the old could expire under an environment', () => {
    const { keys, clock, credentials } = setUp()
    const first = keys.keysFor(version('f'))
    clock.advance(roleKeysMs - roleKeysLeftMs - 1)
    assert.equal(keys.keysFor(version('f')), first)
    clock.advance(1)
    const second = keys.keysFor(version('f'))
    assert.notEqual(second.accessKeyId, first.accessKeyId)
    // Whoever has the first may still use it.
    assert.ok(credentials.borrowerOf(first.accessKeyId))
  })

  it('do not pile up', () => {
    const { credentials, clock } = setUp()
    const owner = { account: '1' as never, principalArn: 'a', userId: 'u' }
    const first = credentials.lend(owner, 1000)
    for (let count = 0; count < lentKeysMax; count += 1) credentials.lend(owner, 1000)
    assert.equal(credentials.borrowerOf(first.accessKeyId), undefined)
    clock.advance(48 * 60 * 60 * 1000)
    const { accessKeyId } = credentials.lend(owner, 1000)
    assert.ok(credentials.borrowerOf(accessKeyId))
  })
})
