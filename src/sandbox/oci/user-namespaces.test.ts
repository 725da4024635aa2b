import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { hostUsers } from '../limits.ts'
import { whyNoOci } from '../test-support.ts'
import { makeUserNamespace, UserNamespaces } from './user-namespaces.ts'

/** What a command writes that runs in a user namespace, as root of it. */
function inside(path: string, script: string): string {
  const words = [`--user=${path}`, '--setuid=0', '--setgid=0', '/bin/sh', '-c', script]
  return execFileSync('nsenter', words, { encoding: 'utf8' }).trim()
}

describe('user namespaces', { skip: whyNoOci() }, () => {
  it('map a range of host users of their own, and are made by its first', async () => {
    await using namespaces = new UserNamespaces()
    const made = await Promise.all([namespaces.take(), namespaces.take()])
    assert.notEqual(made[0].slot, made[1].slot)
    for (const { slot, path } of made) {
      const first = hostUsers.first + slot * hostUsers.perSandbox
      const map = inside(path, 'cat /proc/self/uid_map /proc/self/gid_map').split('\n')
      const expected = ['0', String(first), String(hostUsers.perSandbox)]
      assert.deepEqual(
        map.map((line) => line.trim().split(/\s+/)),
        [expected, expected],
      )
      // A namespace belongs to whoever made it; processes in it belong to it.
      const script =
        'import fcntl, array, sys; owner = array.array("I", [0]); fcntl.ioctl(0, 0xb704, owner); print(owner[0])'
      const owner = execFileSync('/bin/sh', ['-c', `exec python3 -c '${script}' <${path}`])
      assert.equal(Number(owner), first)
    }
  })

  it('are made by root where nobody else may, if that will do', async () => {
    const makers: number[] = []
    const byRootAlone: typeof makeUserNamespace = async (user, maker) => {
      makers.push(maker)
      if (maker !== 0) throw new Error('not permitted')
      return await makeUserNamespace(user, maker)
    }
    await using refused = new UserNamespaces(false, byRootAlone)
    await assert.rejects(refused.take(), /not permitted/)
    makers.length = 0
    await using namespaces = new UserNamespaces(true, byRootAlone)
    const [{ slot, path }] = [await namespaces.take(), await namespaces.take()]
    const first = hostUsers.first + slot * hostUsers.perSandbox
    assert.deepEqual(makers, [first, 0, 0])
    assert.match(inside(path, 'cat /proc/self/uid_map'), new RegExp(`^0 +${first} +65536$`))
  })

  it('are used again by the next, and gone in the end', async () => {
    const namespaces = new UserNamespaces()
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    const first = await namespaces.take()
    namespaces.giveBack(first)
    assert.equal(await namespaces.take(), first)
    assert.notEqual(await namespaces.take(), first)
    await namespaces[Symbol.asyncDispose]()
    assert.equal(open(), before)
  })
})
