import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newCaller } from '../../test-support.ts'
import { ListServerCertificates } from './ListServerCertificates.ts'

test('none', async () => {
  assert.deepEqual(await ListServerCertificates()({}, newCaller()), {
    ServerCertificateMetadataList: [],
    IsTruncated: false,
  })
})
