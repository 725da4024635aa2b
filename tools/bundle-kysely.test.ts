import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bundleFile, bundleKysely } from './bundle-kysely.ts'

test('the kysely that the server loads is the one that is installed', async () => {
  assert.ok(
    readFileSync(bundleFile, 'utf8') === (await bundleKysely()),
    'run tools/in-toolchain bundle-kysely',
  )
})
