/** How the words of options become values. Each throws InvalidArgumentError, in words. */
import { InvalidArgumentError } from 'commander'

export function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 }

/** `90s`, `10m`, `2h`, `1d`: that long ago, as a negative number of ms; or a time, as Unix epoch ms. */
export function readSince(text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text)
  if (match !== null) return -Number(match[1]) * (units[match[2] as string] as number)
  // Date.parse takes nearly everything for a time.
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(text) ? Date.parse(text) : NaN
  if (time >= 0) return time
  throw new InvalidArgumentError(
    'It is a while (90s, 10m, 2h, 1d) or a time (2026-07-01T12:00:00Z).',
  )
}

export function readCount(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('It is a whole number.')
  return Number(text)
}

/** `KEY=VALUE`, any number of times. */
export function readVariable(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('A variable is given as NAME=VALUE.')
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) }
}
