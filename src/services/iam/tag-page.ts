/** A page of a role's or a policy's tags. */
import { type Page, type PageInput, numberKey, readPage } from './paging.ts'
import type { TagRecord } from './state.ts'

/**
 * Sorted by key, as documented. Markers name the position: a key of 128 characters is too long for one (320
 * characters at most), and all 50 tags fit on a page that is not made smaller on purpose.
 */
export function readTagPage(
  input: PageInput,
  tags: readonly TagRecord[],
): Promise<Page<TagRecord>> {
  const sorted = tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1))
  return readPage(
    'tags',
    input,
    (after, limit) => sorted.slice(numberKey(after)).slice(0, limit),
    (tag) => String(sorted.indexOf(tag) + 1),
  )
}
