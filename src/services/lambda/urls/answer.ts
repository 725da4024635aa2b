/**
 * What a function answered, as HTTP: a whole answer, or the head of one that is streamed. Pure.
 * Source: developer guide, "Response payload format", "Response streaming".
 */
import { Buffer } from 'node:buffer'
import type { RawResponse } from '../../../kernel/ports.ts'

/** A text's own type when a function that returns says none, and that of a stream without one. */
const json = 'application/json'
export const bytesType = 'application/octet-stream'

/** Content type of streams that begin with a head of their own. */
const integrationType = 'application/vnd.awslambda.http-integration-response'

export function hasPrelude(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === integrationType
}

interface Structured {
  readonly statusCode: unknown
  readonly headers?: Readonly<Record<string, unknown>> | null
  readonly body?: unknown
  readonly cookies?: readonly unknown[] | null
  readonly isBase64Encoded?: boolean
}

/** Undefined when it is no answer that could be sent: 502 then. */
export function bufferedAnswer(payload: Uint8Array): RawResponse | undefined {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()
  const value = parsed(text)
  if (value === undefined) return undefined
  if (!isStructured(value)) {
    // Lambda infers the format: a text is the body, anything else is JSON.
    const body = typeof value === 'string' ? value : text
    return { status: 200, headers: { 'Content-Type': json }, body }
  }
  const head = headOf(value, json)
  return head && { ...head, body: bodyOf(value) }
}

/** Status, headers and cookies, before the body is there. */
export type AnswerHead = Omit<RawResponse, 'body'>

/** Of a stream that begins with a prelude. @param prelude without the zeros that end it */
export function preludeHead(prelude: Buffer): AnswerHead | undefined {
  const value = parsed(prelude.toString())
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return headOf({ statusCode: 200, ...value }, bytesType)
}

/** Of a stream without a prelude: its type is what the runtime says, if that can stand in a head. */
export function plainHead(contentType: string | undefined): AnswerHead {
  const isSendable = contentType !== undefined && contentType !== '' && valueForm.test(contentType)
  return { status: 200, headers: { 'Content-Type': isSendable ? contentType : bytesType } }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isStructured(value: unknown): value is Structured {
  return typeof value === 'object' && value !== null && 'statusCode' in value
}

function headOf(value: Structured, defaultType: string): AnswerHead | undefined {
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
  if (!hasType) headers['Content-Type'] = defaultType
  const given: unknown = value.cookies ?? []
  if (!Array.isArray(given)) return undefined
  const cookies = given.map(String)
  if (!cookies.every((cookie) => valueForm.test(cookie))) return undefined
  return { status, headers, ...(cookies.length > 0 ? { cookies } : {}) }
}

function bodyOf({ body, isBase64Encoded }: Structured): string | Buffer {
  if (body === undefined || body === null) return ''
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return isBase64Encoded ? Buffer.from(text, 'base64') : text
}

/** The connection is ours, and so are the length, the time and the number of what goes over it. */
const dropped = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'x-amzn-requestid',
])
export const nameForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const valueForm = /^[\t\x20-\x7e\x80-\xff]*$/
