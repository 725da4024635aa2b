/**
 * What a function's URL says to browsers of other origins, instead of the function. Pure.
 * Source: API reference, Cors; developer guide, "Cross-origin resource sharing"; the Fetch standard for what is asked.
 */
import type { Cors } from '@aws-sdk/client-lambda'
import type { RawResponse } from '../../../kernel/ports.ts'
import { nameForm } from './answer.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Whether the request asks for leave alone: such are answered without the function. */
export function isPreflight(method: string, headers: Headers): boolean {
  return (
    method === 'OPTIONS' &&
    headers['origin'] !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
}

/** For the answer to any request; none for origins that may not. */
export function corsHeaders(cors: Cors, headers: Headers): Record<string, string> {
  const origin = originAllowed(cors, text(headers['origin']))
  if (origin === undefined) return {}
  return {
    'Access-Control-Allow-Origin': origin,
    ...(origin === '*' ? {} : { Vary: 'Origin' }),
    ...(cors.AllowCredentials ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
    ...listed('Access-Control-Expose-Headers', cors.ExposeHeaders),
  }
}

/** For the answer to a preflight. */
export function preflightHeaders(cors: Cors, headers: Headers): Record<string, string> {
  const common = corsHeaders(cors, headers)
  if (Object.keys(common).length === 0) return {}
  const asked = text(headers['access-control-request-headers'])
  return {
    ...common,
    ...allowed(
      'Access-Control-Allow-Methods',
      cors.AllowMethods,
      text(headers['access-control-request-method']),
    ),
    ...allowed('Access-Control-Allow-Headers', cors.AllowHeaders, asked),
    'Access-Control-Max-Age': String(cors.MaxAge ?? 0),
  }
}

/** A star is what was asked for: browsers take none beside credentials. */
function allowed(
  name: string,
  values: readonly string[] | undefined,
  asked: string | undefined,
): Record<string, string> {
  if (!values?.includes('*')) return listed(name, values)
  return asked === undefined ? {} : { [name]: asked }
}

/** The model takes any text for a name; those that no request could have are left out. */
function listed(name: string, values: readonly string[] = []): Record<string, string> {
  const names = values.filter((value) => nameForm.test(value))
  return names.length > 0 ? { [name]: names.join(',') } : {}
}

/**
 * The function's answer with what the URL's settings add. Where both say something the client gets both, as a list
 * (docs): of two allowed origins a browser takes none.
 */
export function withCors(answer: RawResponse, added: Record<string, string>): RawResponse {
  const headers = { ...answer.headers }
  for (const [name, value] of Object.entries(added)) {
    const same = Object.keys(headers).find((each) => each.toLowerCase() === name.toLowerCase())
    if (same === undefined) headers[name] = value
    else headers[same] += `, ${value}`
  }
  return { ...answer, headers }
}

function originAllowed(cors: Cors, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined
  const origins = cors.AllowOrigins ?? []
  if (origins.includes('*')) return cors.AllowCredentials ? origin : '*'
  return origins.some((each) => matches(each, origin)) ? origin : undefined
}

/** `https://*.example.com` stands for every name below. */
function matches(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern.toLowerCase() === origin.toLowerCase()
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return (
    origin.length > before.length + after.length &&
    origin.startsWith(before) &&
    origin.endsWith(after)
  )
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}
