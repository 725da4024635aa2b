/** `2026-11-21T10:00:00.000Z`. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** `2026/11/21`, in UTC: how log streams begin. */
export function streamDate(epochMs: number): string {
  return isoTime(epochMs).slice(0, 10).replaceAll('-', '/')
}

/** `Sat, 21 Nov 2026 10:00:00 GMT`, as the headers of HTTP have it (RFC 9110, 5.6.7). */
export function httpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString()
}
