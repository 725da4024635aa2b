/** Page tokens: opaque to clients, checked when they come back. They do not expire; AWS's do after 24 hours. */
import { Buffer } from 'node:buffer'
import { ServiceError } from '../../kernel/errors.ts'
import { type Position, digitsOf, eventId, positionOf } from './events/position.ts'

/** The longest that we give out holds a log stream's name of 512 characters. */
const tokenCharsMax = 8192

/** Where a list goes on. `kind` keeps tokens of different lists apart. */
export function listToken(kind: string, ...after: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([kind, ...after])).toString('base64url')
}

/** @throws ServiceError when the token is not of this kind or not of this form. */
export function readListToken<const Form extends readonly ('string' | 'number')[]>(
  kind: string,
  form: Form,
  token: string,
): { [Index in keyof Form]: Form[Index] extends 'string' ? string : number } {
  const [ownKind, ...after] = parse(token)
  const fits =
    ownKind === kind &&
    after.length === form.length &&
    after.every((value, index) => typeof value === form[index])
  if (!fits) throw invalidToken()
  return after as never
}

function parse(token: string): unknown[] {
  if (token.length > tokenCharsMax) throw invalidToken()
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    throw invalidToken()
  }
}

/** `f/<56 digits>/s` for the events after the number, `b/<56 digits>/s` for those before: AWS's form. */
export interface EventToken {
  readonly direction: 'forward' | 'backward'
  readonly number: bigint
}

export function eventToken(direction: EventToken['direction'], number: bigint): string {
  return `${direction === 'forward' ? 'f' : 'b'}/${digitsOf(number)}/s`
}

/** @throws ServiceError when it is none of ours. */
export function readEventToken(token: string): EventToken {
  const match = /^(?<direction>[fb])\/(?<number>\d{56,60})\/s$/.exec(token)
  if (!match?.groups) throw invalidToken()
  const { direction, number } = match.groups as { direction: string; number: string }
  return { direction: direction === 'f' ? 'forward' : 'backward', number: BigInt(number) }
}

/** FilterLogEvents: the direction, and the last event that was looked at. */
export function filterToken(direction: EventToken['direction'], last: Position): string {
  return listToken('filter', direction, eventId(last))
}

/** @throws ServiceError when it is none of ours. */
export function readFilterToken(token: string): {
  direction: EventToken['direction']
  last: Position
} {
  const [direction, digits] = readListToken('filter', ['string', 'string'], token)
  const known = direction === 'forward' || direction === 'backward'
  const last = /^\d{56,60}$/.test(digits) ? positionOf(BigInt(digits)) : undefined
  if (!known || !last) throw invalidToken()
  return { direction, last }
}

export function invalidToken(): ServiceError {
  return new ServiceError('InvalidParameterException', 'The specified nextToken is invalid.')
}
