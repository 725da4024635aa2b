/** Markers: opaque to clients, and refused when they did not come from a page before. */
import { Buffer } from 'node:buffer'
import type { ServiceError } from '../../kernel/errors.ts'
import { invalid } from './rules.ts'

/** @param last key of the last item on the page */
function writeMarker(last: string): string {
  return Buffer.from(`after:${last}`).toString('base64')
}

/** The key to go on after; undefined for the first page. @throws ServiceError */
export function readMarker(marker: string | undefined): string | undefined {
  if (!marker) return undefined
  const text = Buffer.from(marker, 'base64').toString()
  if (text.startsWith('after:')) return text.slice('after:'.length)
  throw badMarker()
}

export function badMarker(): ServiceError {
  return invalid('Invalid Marker: use the NextMarker of the page before, unchanged.')
}

/** One page of `items`, which are one more than fit when there are more pages. */
export function pageOf<Item>(
  items: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string,
): { readonly page: readonly Item[]; readonly next: { readonly NextMarker?: string } } {
  const page = items.slice(0, limit)
  const last = page.at(-1)
  return {
    page,
    next:
      items.length > limit && last !== undefined ? { NextMarker: writeMarker(keyOf(last)) } : {},
  }
}
