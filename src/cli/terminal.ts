/** What is written to a person: colours where they can be seen, columns, and nothing that drives the terminal. */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Colour only on a terminal, and not where NO_COLOR (no-color.org) or a dumb terminal forbids it. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream): string {
  return hasColour(stream) ? styleText(style, text, { validateStream: false }) : text
}

function hasColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, TERM } = process.env
  return stream.isTTY && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb'
}

/** Rows of cells, each column as wide as its widest cell; the last one is left as it is. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  }
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}

/** On a terminal, what functions write may be coloured, but it must not move the cursor or speak to the terminal. */
export function tame(text: string, stream: NodeJS.WriteStream): string {
  if (!stream.isTTY) return text
  return text.replace(/\p{Cc}(\[[\d;]*m)?/gu, (match, colour: string | undefined) => {
    const character = match[0] as string
    if (character === '\n' || character === '\t') return match
    if (character === '\u001b' && colour !== undefined) return match
    const code = character.charCodeAt(0).toString(16).padStart(2, '0')
    return `\\x${code}${colour ?? ''}`
  })
}

/** `2 d 3 h`, `4 min 5 s`, `250 ms`: the two greatest units. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const
  let rest = Math.floor(ms / 1000)
  const parts: string[] = []
  for (const [name, seconds] of units) {
    const count = Math.floor(rest / seconds)
    rest -= count * seconds
    if (count > 0 || parts.length > 0) parts.push(`${count} ${name}`)
  }
  return parts
    .slice(0, 2)
    .filter((part) => !part.startsWith('0 '))
    .join(' ')
}

/** Bytes in the unit that suits them: `1.5 kB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `1 function`, `2 functions`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
