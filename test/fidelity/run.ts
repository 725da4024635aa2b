/**
 * Sends cases to the server and says which of them were not answered as AWS would, or changed anything.
 * Called by every test here. Read next: known-differences.ts, for those that are known to be answered otherwise.
 */
import assert from 'node:assert/strict'
import type { ServiceModel } from '../../src/model/types.ts'
import { readRefusal } from './answer.ts'
import type { WireRequest } from './encode.ts'
import { type Phrase, saysAll } from './expected.ts'
import { knownDifferences } from './known-differences.ts'
import type { Answer, FidelityServer } from './server.ts'

export interface Case {
  /** Unique: `lambda CreateFunction Timeout: too large`. */
  readonly id: string
  readonly service: ServiceModel
  readonly request: WireRequest
  /** `accepted`: with success, and still without effect. */
  readonly expected: Expectation | 'accepted'
}

export interface Expectation {
  readonly status: number
  readonly code: string
  readonly message: Words
}

/**
 * - text or pattern: the whole message;
 * - `phrases`: the model's errors, all of them, in any order;
 * - `anyWords`: AWS's words are not known, and any will do.
 */
export type Words = string | RegExp | { readonly phrases: readonly Phrase[] } | typeof anyWords

export const anyWords = Symbol('words that are not known')

/** How many failures of one operation are told in full. */
const toldMax = 8

/** @throws AssertionError that tells every case which failed, and every known difference that is none any more. */
export async function runCases(server: FidelityServer, cases: readonly Case[]): Promise<void> {
  const failures: string[] = []
  const before = await server.state()
  for (const each of cases) {
    const found = await differenceOf(server, each)
    const isKnown = knownDifferences.has(each.id)
    if (!isKnown && found !== undefined) failures.push(`${each.id}\n    ${found}`)
    if (isKnown && found === undefined) {
      failures.push(
        `${each.id}\n    is answered as by AWS now: take it out of known-differences.ts`,
      )
    }
  }
  if ((await server.state()) !== before) failures.push('something was changed after its answer')
  const told = failures.slice(0, toldMax).join('\n  ')
  assert.equal(failures.length, 0, `${failures.length} of ${cases.length} failed:\n  ${told}`)
  assert.deepEqual(server.logged, [], 'errors of ours in the log')
}

/** In words; undefined when the answer is AWS's and nothing has changed. */
async function differenceOf(server: FidelityServer, each: Case): Promise<string | undefined> {
  const commits = server.commits()
  const state = await stateFor(server, commits)
  const answer = await server.send(each.request)
  const wrong = wrongAnswer(each, answer)
  if (wrong !== undefined) return wrong
  if (server.commits() === commits) return undefined
  return (await server.state()) === state ? undefined : 'it changed something'
}

/** The state as of so many commits: read once, while nothing is committed. */
async function stateFor(server: FidelityServer, commits: number): Promise<string> {
  const kept = states.get(server)
  if (kept?.commits === commits) return kept.state
  const state = await server.state()
  states.set(server, { commits, state })
  return state
}

const states = new WeakMap<FidelityServer, { commits: number; state: string }>()

function wrongAnswer({ service, expected }: Case, answer: Answer): string | undefined {
  if (expected === 'accepted') {
    const { status, text } = answer
    return status < 300
      ? undefined
      : `answered ${status} ${text.slice(0, 300)}\n    expected success`
  }
  try {
    const { status, code, message } = readRefusal(service, answer)
    const says = saysIt(expected.message, message)
    if (status === expected.status && code === expected.code && says) return undefined
    return `answered ${status} ${code}: ${message.slice(0, 600)}\n    expected ${expected.status} ${expected.code}: ${inWords(expected.message).slice(0, 600)}`
  } catch (error) {
    if (error instanceof assert.AssertionError || error instanceof SyntaxError) return error.message
    throw error
  }
}

function saysIt(words: Words, message: string): boolean {
  if (words === anyWords) return true
  if (typeof words === 'string') return message === words
  return words instanceof RegExp ? words.test(message) : saysAll(message, words.phrases)
}

function inWords(words: Words): string {
  if (typeof words === 'object' && 'phrases' in words) return words.phrases.join('; ')
  return String(words)
}
