import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeFlags } from './node-flags.ts'

test('the heap follows the memory of the function', () => {
  assert.deepEqual(nodeFlags(24, 128, ''), [
    '--max-http-header-size=81920',
    '--max-semi-space-size=6',
    '--max-old-space-size=116',
  ])
})

test('NODE_OPTIONS of the customer decide, however they are spelt', () => {
  for (const option of ['--max-old-space-size=50', '--max_old_space_size=50']) {
    assert.ok(!nodeFlags(24, 128, option).some((flag) => flag.startsWith('--max-old')))
  }
  const flags = nodeFlags(22, 128, '--experimental-require-module --experimental-detect-module')
  assert.ok(!flags.some((flag) => flag.startsWith('--no-experimental')))
})

test('older runtimes hold module features back', () => {
  const held = (major: number) =>
    nodeFlags(major, 128, '').filter((flag) => flag.startsWith('--no-'))
  assert.deepEqual(held(20), ['--no-experimental-require-module'])
  assert.deepEqual(held(22), [
    '--no-experimental-require-module',
    '--no-experimental-detect-module',
  ])
  assert.deepEqual(held(24), [])
})
