import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newCaller } from '../../test-support.ts'
import { ListVirtualMFADevices } from './ListVirtualMFADevices.ts'

test('none', async () => {
  assert.deepEqual(await ListVirtualMFADevices()({}, newCaller()), {
    VirtualMFADevices: [],
    IsTruncated: false,
  })
})
