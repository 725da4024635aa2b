import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { coverageDocument, coverageFile } from './generate-coverage.ts'

test('docs/coverage.md says what the operation tables say', async () => {
  assert.ok(
    readFileSync(coverageFile, 'utf8') === (await coverageDocument()),
    'run tools/in-toolchain generate-coverage',
  )
})
