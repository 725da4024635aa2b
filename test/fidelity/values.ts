/**
 * A value for every shape that satisfies its constraints, and values that break just one of them.
 * What is searched for here is only text; what is wrong with a value is for expected.ts to say.
 */
import assert from 'node:assert/strict'
import fc from '../kit/fast-check.ts'
import type { Member, Shape } from '../../src/model/types.ts'
import { compileJavaPattern } from '../../src/wire/java-pattern.ts'
import type { Input } from './encode.ts'

/** Texts that many patterns have in mind, the plainest first. */
const plain = [
  ...['a', '1', 'A', 'a1', 'abc', '/a', '/a/', 'a.b', 'a@b', 'us-east-1', 'lambda:InvokeFunction'],
  ...['000000000000', 'o-abcdefghij', '/mnt/a', 'https://a', '{}', 'lambda:GetLayerVersion'],
  'arn:aws:iam::000000000000:role/r',
  'arn:aws:lambda:us-east-1:000000000000:function:f',
  'arn:aws:lambda:us-east-1:000000000000:function:f:1',
  'arn:aws:lambda:us-east-1:000000000000:layer:l:1',
  'arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0',
  'arn:aws:sqs:us-east-1:000000000000:q',
  '00000000-0000-4000-8000-000000000000',
]

/** For patterns that fast-check cannot write texts for, by the shape's name. */
const byHand: Readonly<Record<string, string>> = {
  S3Bucket: 'bucket',
  FunctionUrlFunctionName: 'f',
}

/** Text must survive its way to the server: headers, above all, carry only so much. */
const printable = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/

const found = new Map<Shape, string>()

function validText(shape: Shape): string {
  let text = found.get(shape)
  if (text === undefined) found.set(shape, (text = findText(shape)))
  return text
}

function findText(shape: Shape): string {
  if (shape.enum !== undefined) return shape.enum[0] ?? ''
  const { min = 0 } = shape
  const known = byHand[shape.name]
  const candidates = [
    ...(known === undefined ? [] : [known]),
    ...plain,
    ...['a', '1', 'A'].map((each) => each.repeat(Math.max(1, min))),
    ...plain.map((each) => each.padEnd(min, each.at(-1))),
  ]
  const fits = candidates.find((each) => isValid(shape, each)) ?? generated(shape)
  assert.ok(fits !== undefined, `no text is known for ${shape.name}, ${shape.pattern}: see byHand`)
  return fits
}

function generated(shape: Shape): string | undefined {
  const regex = compileJavaPattern(shape.pattern ?? '')
  if (regex === undefined) return undefined
  const { min = 0 } = shape
  const texts = fc.sample(fc.stringMatching(regex), { numRuns: 200, seed: 1 })
  const long = texts.map((each) => each.padEnd(min, each.at(-1)))
  return [...texts, ...long].find((each) => printable.test(each) && isValid(shape, each))
}

function isValid(shape: Shape, text: string): boolean {
  const { min = 0, max = Infinity } = shape
  return text.length >= min && text.length <= max && matches(shape, text)
}

/** As Java would: the whole text. */
export function matches({ pattern }: Shape, text: string): boolean {
  return pattern === undefined || compileJavaPattern(pattern)?.test(text) === true
}

/** Satisfies the shape; of structures, only what is required is there. */
export function validValue(shape: Shape): unknown {
  switch (shape.type) {
    case 'structure':
      return requiredOf(shape.members)
    case 'list':
      return Array.from({ length: leastEntries(shape) }, () => validValue(shape.member.shape))
    case 'map':
      return Object.fromEntries(
        numbered(shape.key.shape, shape.min ?? 0).map((key) => [
          key,
          validValue(shape.value.shape),
        ]),
      )
    case 'string':
    case 'bigdecimal':
      return validText(shape)
    case 'boolean':
      return false
    case 'blob':
      return Buffer.alloc(shape.min ?? 1, 'a')
    case 'timestamp':
      return new Date(1_767_225_600_000)
    default:
      return shape.min ?? Math.min(1, shape.max ?? 1)
  }
}

/** One where none would do: a list of query parameters that is empty is missing. */
function leastEntries({ min = 0, max = Infinity }: Shape): number {
  return Math.min(max, Math.max(1, min))
}

export function requiredOf(members: readonly Member[]): Input {
  const required = members.filter((member) => member.required)
  return Object.fromEntries(required.map(({ name, shape }) => [name, validValue(shape)]))
}

/** So many different valid keys. */
export function numbered(shape: Shape, count: number): string[] {
  const keys = Array.from({ length: count }, (_, index) => [
    `a${index}`,
    `${index}`,
    validText(shape),
  ])
  return keys.map((each) => each.find((key) => isValid(shape, key)) ?? '')
}

// ---- what breaks a constraint ----

/** Text of more than `max` units, which fits the pattern if anything of that length does. */
export function tooLongText(shape: Shape, max: number): string {
  const valid = shape.enum === undefined ? validText(shape) : 'a'
  const [first = 'a', last = 'a'] = [valid.at(0), valid.at(-1)]
  const candidates = [
    valid.padEnd(max + 1, last),
    valid.padStart(max + 1, first),
    ...['a', '1', 'A', '/', valid].map((each) => each.repeat(max + 1).slice(0, max + 1)),
  ]
  return candidates.find((each) => matches(shape, each)) ?? candidates[0] ?? ''
}

export function tooShortText(shape: Shape, min: number): string {
  const candidates = [
    validText(shape).slice(0, min - 1),
    ...['a', '1', 'A'].map((each) => each.repeat(min - 1)),
  ]
  return candidates.find((each) => matches(shape, each)) ?? candidates[0] ?? ''
}

/** Text of an allowed length that the pattern refuses; undefined when it takes any. */
export function unmatchedText(shape: Shape, mustPrint: boolean): string | undefined {
  const { min = 0, max = Infinity } = shape
  const valid = validText(shape)
  const wrong = ['!', ' x', '$', '#', 'a b', '*', 'a!', '\u0007', '\n', '\ud7ff', '\ufffe']
  const candidates = [...wrong, ...wrong.flatMap((each) => [`${valid}${each}`, `${each}${valid}`])]
  return candidates
    .map((each) => each.padEnd(min, each))
    .filter((each) => each.length <= max && (!mustPrint || printable.test(each)))
    .find((each) => !matches(shape, each))
}
