/**
 * Paging with Marker, MaxItems and IsTruncated, the same for all lists of this service.
 *
 * A marker names the last item of the page before by its sort key, not by its position: what is created or
 * deleted between two pages makes no other item appear twice or be left out.
 */
import { Buffer } from 'node:buffer'
import { validationError } from './errors.ts'
import { pageItemsDefault, pageItemsMax } from './limits.ts'

export interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

export interface PageEnd {
  readonly IsTruncated: boolean
  readonly Marker?: string
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly end: PageEnd
}

/**
 * One page of the list named `list`.
 * @param read at most `limit` items, in order, that come after `afterKey` (undefined: from the beginning).
 * @throws ServiceError ValidationError for a marker that is not one of this list.
 */
export async function readPage<Item>(
  list: string,
  input: PageInput,
  read: (afterKey: string | undefined, limit: number) => Promise<readonly Item[]> | readonly Item[],
  keyOf: (item: Item) => string,
): Promise<Page<Item>> {
  const limit = Math.min(input.MaxItems ?? pageItemsDefault, pageItemsMax)
  const found = await read(
    input.Marker === undefined ? undefined : decode(list, input.Marker),
    limit + 1,
  )
  const items = found.slice(0, limit)
  const last = items.at(-1)
  if (found.length <= limit || last === undefined) return { items, end: { IsTruncated: false } }
  return { items, end: { IsTruncated: true, Marker: encode(list, keyOf(last)) } }
}

function encode(list: string, key: string): string {
  return Buffer.from(`${list}:${key}`).toString('base64url')
}

function decode(list: string, marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString()
  const key = text.slice(list.length + 1)
  if (encode(list, key) === marker) return key
  throw invalidMarker()
}

/**
 * The key of a list that is sorted by numbers.
 * @throws ServiceError ValidationError when the marker was not one of ours after all.
 */
export function numberKey(key: string | undefined): number | undefined {
  if (key === undefined) return undefined
  if (/^\d{1,15}$/.test(key)) return Number(key)
  throw invalidMarker()
}

/** Recalled, not verified. */
function invalidMarker() {
  return validationError('Invalid Marker.')
}
