/** What a function answered, as HTTP. Source: developer guide, "Response payload format", "Response streaming". */
import { Buffer } from 'node:buffer'
import type { RawResponse } from '../../../kernel/ports.ts'

interface Structured {
  readonly statusCode: unknown
  readonly headers?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly cookies?: readonly unknown[]
  readonly isBase64Encoded?: boolean
}

/** Undefined when it is no answer that could be sent: 502 then. */
export function bufferedAnswer(payload: Uint8Array): RawResponse | undefined {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isStructured(value)) {
    // Lambda infers the format: a text is the body, anything else is JSON.
    const body = typeof value === 'string' ? value : text
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body }
  }
  return structuredAnswer(value, bodyOf(value))
}

/** Eight zero bytes end the prelude that says status and headers; without one it is all body. */
export function streamedAnswer(payload: Uint8Array): RawResponse | undefined {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const end = bytes.indexOf(preludeEnd)
  if (end >= 0 && bytes[0] === 0x7b) {
    try {
      const prelude: unknown = JSON.parse(bytes.toString('utf8', 0, end))
      if (typeof prelude === 'object' && prelude !== null) {
        const body = bytes.subarray(end + preludeEnd.length)
        return structuredAnswer({ statusCode: 200, ...prelude }, body)
      }
    } catch {
      return undefined
    }
  }
  return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body: bytes }
}

const preludeEnd = Buffer.alloc(8)

function isStructured(value: unknown): value is Structured {
  return typeof value === 'object' && value !== null && 'statusCode' in value
}

function structuredAnswer(value: Structured, body: string | Buffer): RawResponse | undefined {
  const status = Number(value.statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined
  const headers: Record<string, string> = {}
  for (const [name, each] of Object.entries(value.headers ?? {})) {
    if (dropped.has(name.toLowerCase())) continue
    const text = Array.isArray(each) ? each.join(',') : String(each)
    if (!nameForm.test(name) || !valueForm.test(text)) return undefined
    headers[name] = text
  }
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  if (!hasType) headers['Content-Type'] = 'application/json'
  const cookies = (value.cookies ?? []).map(String)
  if (!cookies.every((cookie) => valueForm.test(cookie))) return undefined
  return { status, headers, body, ...(cookies.length > 0 ? { cookies } : {}) }
}

function bodyOf({ body, isBase64Encoded }: Structured): string | Buffer {
  if (body === undefined || body === null) return ''
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return isBase64Encoded ? Buffer.from(text, 'base64') : text
}

/** The connection is ours, and so is the length of what goes over it. */
const dropped = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])
const nameForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const valueForm = /^[\t\x20-\x7e\x80-\xff]*$/
