import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from '../../../test/kit/fast-check.ts'

import { formatServerTime, formatTimestamp, parseTimestamp } from './time.ts'

const yearOneMs = -62_135_596_800_000
const year9999Ms = 253_402_300_799_000

test('agrees with the calendar of the language, from the year 1 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: yearOneMs / 1000, max: year9999Ms / 1000 }), (seconds) => {
      const ms = seconds * 1000
      const iso = new Date(ms).toISOString()
      const text = `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}Z`
      assert.equal(formatTimestamp(ms), text)
      assert.equal(parseTimestamp(text), ms)
      assert.equal(formatServerTime(ms), `${iso.slice(0, 19)}Z`)
    }),
  )
})

test('refuses what is no moment or not written so', () => {
  const wrong = [
    '',
    '20150830',
    '20150830T123600',
    '2015-08-30T12:36:00Z',
    'Sun, 30 Aug 2015 12:36:00 GMT',
    '20150230T000000Z',
    '20151301T000000Z',
    '20150830T240000Z',
    '20150830T126000Z',
    '20150830T123660Z',
    ' 20150830T123600Z',
    '20150830T123600Z\n',
  ]
  for (const text of wrong) assert.equal(parseTimestamp(text), undefined, text)
  assert.equal(parseTimestamp('20240229T000000Z'), Date.UTC(2024, 1, 29))
})
