import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMegabytes } from './megabytes.ts'

test('megabytes, with or without their unit, and gigabytes', () => {
  const sizes = { 0: 0, 512: 512, '512mb': 512, '4gb': 4096, '2GB': 2048, '0gb': 0 }
  for (const [text, megabytes] of Object.entries(sizes)) {
    assert.equal(readMegabytes(text), megabytes, text)
  }
})

test('anything else is refused in words', () => {
  for (const text of ['', '-1', '1.5gb', '4 gb', '4tb', 'gb', '4g', '12345678', '0x10', '1e3']) {
    assert.throws(
      () => readMegabytes(text),
      /a whole number of megabytes \(512, 512mb, 4gb\), or 0/,
    )
  }
})
