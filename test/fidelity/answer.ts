/** Reads a refusal off the wire, and checks that it has the form of its protocol in every detail on the way. */
import assert from 'node:assert/strict'
import type { ServiceModel } from '../../src/model/types.ts'
import type { Answer } from './server.ts'

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** @throws AssertionError when it is no refusal, or not in its protocol's form. */
export function readRefusal(service: ServiceModel, answer: Answer): Refusal {
  assert.ok(answer.status >= 400, `it was answered ${answer.status}: ${answer.text.slice(0, 200)}`)
  const requestId = answer.headers['x-amzn-requestid']
  assert.match(String(requestId), /^[0-9a-f-]{36}$/, 'x-amzn-RequestId')
  const [protocol] = service.protocols
  return protocol === 'awsQuery'
    ? readXml(answer, String(requestId))
    : readJson(service, answer, protocol === 'awsJson')
}

/**
 * Modelled errors have the members of their shape, in its spelling; the others a `message` alone (recorded from
 * Lambda: ValidationException has no `Type`). awsJson says the code in the body too.
 */
function readJson(service: ServiceModel, answer: Answer, typed: boolean): Refusal {
  const code = answer.headers['x-amzn-errortype']
  assert.ok(typeof code === 'string', 'x-amzn-ErrorType is missing')
  const contentType = typed ? `application/x-amz-json-${service.jsonVersion}` : 'application/json'
  assert.equal(answer.headers['content-type'], contentType)
  const body = JSON.parse(answer.text) as Record<string, unknown>
  const names = (service.errors.get(code)?.members ?? [])
    .filter(({ location }) => location === undefined)
    .map(({ name }) => name)
  const spelling = names.find((name) => name.toLowerCase() === 'message') ?? 'message'
  const known = new Set([...names, spelling, ...(typed ? ['__type'] : [])])
  assert.deepEqual(
    Object.keys(body).filter((name) => !known.has(name)),
    [],
    'members of the error',
  )
  if (names.includes('Type')) assert.equal(body['Type'], answer.status < 500 ? 'User' : 'Server')
  if (typed) assert.equal(body['__type'], code)
  assert.equal(typeof body[spelling], 'string', `the error's ${spelling}`)
  return { status: answer.status, code, message: body[spelling] as string }
}

const envelope =
  /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<ErrorResponse xmlns="[^"]+"><Error><Type>(\w+)<\/Type><Code>([^<]*)<\/Code><Message>([^<]*)<\/Message><\/Error><RequestId>([^<]*)<\/RequestId><\/ErrorResponse>$/

function readXml(answer: Answer, requestId: string): Refusal {
  assert.equal(answer.headers['content-type'], 'text/xml')
  const found = envelope.exec(answer.text)
  assert.ok(found, `no ErrorResponse: ${answer.text.slice(0, 300)}`)
  const [, type, code = '', message = '', id] = found
  assert.equal(type, answer.status < 500 ? 'Sender' : 'Receiver')
  assert.equal(id, requestId)
  return { status: answer.status, code, message: unescape(message) }
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
}

function unescape(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex as string, 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return entities[name as string] ?? whole
  })
}
