/** The timestamps of Signature Version 4, `20150830T123600Z`, as Unix epoch ms and back. */

/** Undefined when the text is not ISO 8601 basic format in UTC, or no such moment exists. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{8}T\d{6}Z$/.test(text)) return undefined
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`
  const ms = Date.parse(`${date}T${text.slice(9, 11)}:${text.slice(11, 13)}:${text.slice(13)}`)
  // The 31st of February is taken for a day of March, and comes back as one.
  return !Number.isNaN(ms) && formatTimestamp(ms) === text ? ms : undefined
}

export function formatTimestamp(ms: number): string {
  return formatServerTime(ms).replaceAll(/[-:]/g, '')
}

/** `2015-08-30T12:36:00Z`, as S3 writes its own clock. */
export function formatServerTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
