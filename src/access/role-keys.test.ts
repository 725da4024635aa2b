/** The keys that functions are lent: whose they are, and for how long. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import type { RoleDescription, RunnableVersion } from '../kernel/ports.ts'
import type { Store } from '../store/store.ts'
import { Credentials } from './credentials.ts'
import { lentKeysMax, roleKeysLeftMs, roleKeysMs } from './limits.ts'
import { RoleKeys } from './role-keys.ts'
import { SecretBox } from './secret-box.ts'

/** Nothing lent is ever looked for on the disk. */
const noStore = new Proxy({}, { get: () => assert.fail('the store was asked') }) as Store

/** The roles there are, by ARN: their ids. What is asked for is noted. */
function setUp(ids: Record<string, string> = {}) {
  const clock = new FakeClock()
  const credentials = new Credentials(noStore, new SecretBox(Buffer.alloc(32)), clock)
  const asked: string[] = []
  const find = (arn: string) => {
    asked.push(arn)
    const id = ids[arn]
    return Promise.resolve(id === undefined ? undefined : ({ id } as RoleDescription))
  }
  const roles = { find, access: () => assert.fail('nobody asks that') }
  return { clock, credentials, asked, keys: new RoleKeys(credentials, clock, roles) }
}

const version = (name: string, role = 'arn:aws:iam::111122223333:role/path/worker') =>
  ({
    account: '111122223333',
    functionName: name,
    functionArn: `arn:aws:lambda:eu-west-1:111122223333:function:${name}`,
    role,
  }) as unknown as RunnableVersion

describe('keys of an execution role', () => {
  it("are the role's session of the function's name", async () => {
    const { keys, credentials, asked } = setUp()
    const { accessKeyId, secretAccessKey, sessionToken } = keys.keysFor(version('f'))
    assert.match(accessKeyId, /^ASIA[A-Z2-7]{16}$/)
    assert.equal(secretAccessKey.length, 40)
    assert.ok(sessionToken.length > 100)
    assert.deepEqual(asked, [], 'a cold start waits for no query')
    const principal = (await credentials.find(accessKeyId))?.principal
    assert.equal(principal?.account, '111122223333')
    assert.equal(principal?.arn, 'arn:aws:sts::111122223333:assumed-role/worker/f')
    assert.match(principal?.userId ?? '', /^AROA[A-Z2-7]{17}:f$/)
  })

  it("have the role's own id when somebody has made the role, asked for once", async () => {
    const arn = 'arn:aws:iam::111122223333:role/path/worker'
    const { keys, credentials, asked } = setUp({ [arn]: 'AROAREALREALREALREALR' })
    const { accessKeyId } = keys.keysFor(version('f'))
    const [one, two] = await Promise.all([
      credentials.find(accessKeyId),
      credentials.find(accessKeyId),
    ])
    assert.equal(one?.principal.userId, 'AROAREALREALREALREALR:f')
    assert.equal(two, one)
    assert.equal(credentials.find(accessKeyId), one)
    assert.deepEqual(asked, [arn])
  })

  it('are good again when the role could not be looked up for once', async () => {
    const { credentials } = setUp()
    let fails = true
    const { accessKeyId } = credentials.lend(async () => {
      if (fails) throw new Error('busy')
      return { account: '1' as never, principalArn: 'a', userId: 'u' }
    }, 1000)
    await assert.rejects(async () => credentials.find(accessKeyId), /busy/)
    fails = false
    assert.equal((await credentials.find(accessKeyId))?.principal.userId, 'u')
  })

  it('are shared by the environments of a function, and by no other function or role', () => {
    const { keys } = setUp()
    const first = keys.keysFor(version('f'))
    assert.equal(keys.keysFor(version('f')), first)
    assert.notEqual(keys.keysFor(version('g')).accessKeyId, first.accessKeyId)
    const otherRole = version('f', 'arn:aws:iam::111122223333:role/other')
    assert.notEqual(keys.keysFor(otherRole).accessKeyId, first.accessKeyId)
  })

  it('are new ones before the old could expire under an environment', async () => {
    const { keys, clock, credentials } = setUp()
    const first = keys.keysFor(version('f'))
    clock.advance(roleKeysMs - roleKeysLeftMs - 1)
    assert.equal(keys.keysFor(version('f')), first)
    clock.advance(1)
    const second = keys.keysFor(version('f'))
    assert.notEqual(second.accessKeyId, first.accessKeyId)
    // Whoever has the first may still use it.
    assert.ok(await credentials.find(first.accessKeyId))
  })

  it('do not pile up', async () => {
    const { credentials, clock } = setUp()
    const ownerOf = async () => ({ account: '1' as never, principalArn: 'a', userId: 'u' })
    const first = credentials.lend(ownerOf, 1000)
    assert.ok(await credentials.find(first.accessKeyId))
    for (let count = 0; count < lentKeysMax; count += 1) credentials.lend(ownerOf, 1000)
    // No longer lent: it is looked for among what is stored.
    await assert.rejects(async () => credentials.find(first.accessKeyId), /the store was asked/)
    clock.advance(48 * 60 * 60 * 1000)
    const { accessKeyId } = credentials.lend(ownerOf, 1000)
    assert.ok(await credentials.find(accessKeyId))
  })
})
