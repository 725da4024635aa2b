import { inspect } from 'node:util'

/** lambdad's own log (not the functions'). */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Log
}

export type LogFormat = 'text' | 'json'

/** `text` is for a person at a terminal, `json` for machines (pino's lines). Both go to standard error. */
export async function createLog(format: LogFormat, level = 'info'): Promise<Log> {
  if (format === 'text') return new TextLog(level, {})
  // Loaded for those who ask for it: it would be a tenth of the time to start.
  const { pino } = await import('pino')
  const log: Log = pino({ level }, pino.destination({ dest: 2, sync: false }))
  return log
}

const levels = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof levels)[number]

class TextLog implements Log {
  readonly #level: string
  readonly #fields: object

  constructor(level: string, fields: object) {
    this.#level = level
    this.#fields = fields
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message)
  }
  info(fields: object, message: string): void {
    this.#write('info', fields, message)
  }
  warn(fields: object, message: string): void {
    this.#write('warn', fields, message)
  }
  error(fields: object, message: string): void {
    this.#write('error', fields, message)
  }
  child(fields: object): Log {
    return new TextLog(this.#level, { ...this.#fields, ...fields })
  }

  #write(level: Level, fields: object, message: string): void {
    if (levels.indexOf(level) < levels.indexOf(this.#level as Level)) return
    const words = Object.entries({ ...this.#fields, ...fields })
      .map(([key, value]) => ` ${key}=${render(value)}`)
      .join('')
    const mark = level === 'info' ? '' : `${level}: `
    process.stderr.write(`${mark}${message}${words}\n`)
  }
}

function render(value: unknown): string {
  return tame(value instanceof Error ? value.message : textOf(value))
}

/** Logging never fails, whatever it is given. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return inspect(value, { breakLength: Infinity })
  }
}

/** Values come from anywhere: none may pass for a line of ours, nor speak to the terminal. */
function tame(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    if (character === '\n') return '\n  '
    if (character === '\t') return character
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

/** For tests that do not look at the log. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}
