import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from '../../test/kit/fast-check.ts'

import { SealError, SecretBox } from './secret-box.ts'

const box = new SecretBox(Buffer.alloc(32, 1))

test('gives back what was sealed, to the same key and owner only', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (secret, owner) => {
      const sealed = box.seal(secret, owner)
      assert.equal(box.open(sealed, owner), secret.toWellFormed())
      assert.throws(() => box.open(sealed, `${owner}x`), SealError)
      assert.throws(() => new SecretBox(Buffer.alloc(32, 2)).open(sealed, owner), SealError)
    }),
  )
})

test('notices every changed byte, and whatever else is no seal', () => {
  const sealed = Buffer.from(box.seal('secret', 'owner'), 'base64')
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] as number) ^ 1
    assert.throws(() => box.open(changed.toString('base64'), 'owner'), SealError)
  }
  for (let length = 0; length < sealed.length; length += 1) {
    const cut = sealed.subarray(0, length).toString('base64')
    assert.throws(() => box.open(cut, 'owner'), SealError)
  }
})

test('never seals alike, and shows nothing of the secret', () => {
  assert.notEqual(box.seal('secret', 'owner'), box.seal('secret', 'owner'))
  assert.ok(!Buffer.from(box.seal('secret', 'owner'), 'base64').includes('secret'))
})
