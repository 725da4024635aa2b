import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPage } from './paging.ts'
import { refused } from './test-support.ts'

const letters = ['a', 'b', 'c', 'd', 'e']

function page(Marker?: string, MaxItems?: number, list = 'letters') {
  return readPage(
    list,
    { Marker, MaxItems },
    (after, limit) => letters.filter((letter) => letter > (after ?? '')).slice(0, limit),
    (letter) => letter,
  )
}

test('a page that is just full is the last one', async () => {
  assert.deepEqual(await page(undefined, 5), { items: letters, end: { IsTruncated: false } })
})

test('the next page begins after the last item of the one before', async () => {
  const first = await page(undefined, 2)
  assert.deepEqual(first.items, ['a', 'b'])
  assert.equal(first.end.IsTruncated, true)
  const second = await page(first.end.Marker, 2)
  assert.deepEqual(second.items, ['c', 'd'])
})

test('100 items when nothing is said, and 1000 at most', async () => {
  const limits: number[] = []
  for (const MaxItems of [undefined, 1, 1000, 5000]) {
    await readPage(
      'none',
      { MaxItems },
      (_after, limit) => {
        limits.push(limit)
        return []
      },
      String,
    )
  }
  // One more than the page, to see whether it is the last.
  assert.deepEqual(limits, [101, 2, 1001, 1001])
})

test("another list's marker is refused", async () => {
  const { end } = await page(undefined, 2)
  await refused(() => page(end.Marker, 2, 'other'), 'ValidationError', 'Invalid Marker.')
})
