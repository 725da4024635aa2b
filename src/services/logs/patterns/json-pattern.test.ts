import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import type { Operand } from './comparison.ts'
import type { Condition } from './condition.ts'
import { compileFilterPattern } from './filter-pattern.ts'
import { type JsonLeaf, type Step, parseJsonPattern } from './json-pattern.ts'
import { Scanner } from './scanner.ts'

const matches = (pattern: string, event: unknown): boolean =>
  compileFilterPattern(pattern).matches(typeof event === 'string' ? event : JSON.stringify(event))

// Events and patterns of the user guide.
const trail = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  'cluster.name': 'c',
}
const user = {
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
}
const guide: [pattern: string, event: object, expected: boolean][] = [
  ['{ $.eventType = "UpdateTrail" }', trail, true],
  ['{ $.sourceIPAddress != 123.123.* }', trail, true],
  ['{ $.arrayKey[0] = "value" }', trail, true],
  ['{ $.objectList[1].id = 2 }', trail, true],
  ['{ $.eventType = %Trail% }', trail, true],
  ['{ $.arrayKey[*] = %val.{2}% }', trail, true],
  ['{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }', trail, true],
  [`{ $.['cluster.name'] = "c" }`, trail, true],
  ['{ $.SomeObject IS NULL }', trail, true],
  ['{ $.SomeOtherObject NOT EXISTS }', trail, true],
  ['{ $.ThisFlag IS TRUE }', trail, true],
  ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', user, true],
  ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', user, false],
  [
    '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }',
    user,
    true,
  ],
  [
    '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }',
    user,
    false,
  ],
  // What a selector leads to must be a string or a number.
  ['{ $.users = 1 }', { users: [1, 2, 3] }, false],
  ['{ $.users != 1 }', { users: [1, 2, 3] }, false],
  ['{ $.latency >= 500 }', { latency: 500 }, true],
  ['{ $.numbers[0] < 10e3 }', { numbers: [9999] }, true],
  ['{ $.numbers[0] < 10e-3 }', { numbers: [0.01] }, false],
  ['{ $.processes[4].averageRuntime <= 55.5 }', { processes: [] }, false],
  ['{ $.errorCode = 400}', { errorCode: 400 }, true],
  ['{ $.errorCode != 500 }', { errorCode: 400 }, true],
  ['{ $.latency > +1000 }', { latency: 1001 }, true],
  ['{ $.number[0] = 1e+3 }', { number: [1000] }, true],
  ['{ $.number[0] != 1e-3 }', { number: [0.001] }, false],
  ['{ $.latency = * }', { latency: 5 }, true],
  ['{ $.latency = * }', { late: 5 }, false],
]

for (const [pattern, event, expected] of guide) {
  test(`${pattern} and ${JSON.stringify(event).slice(0, 40)}`, () => {
    assert.equal(matches(pattern, event), expected)
  })
}

test('text: at its ends an asterisk is a wildcard, in the middle it is an asterisk', () => {
  const cases: [operand: string, value: string, expected: boolean][] = [
    ['*Event', 'PutEvent', true],
    ['*Event', 'Events', false],
    ['Event*', 'EventId', true],
    ['"Event*"', 'AnEvent', false],
    ['"*vent*"', 'AnEventId', true],
    ['Ev*ent', 'Ev*ent', true],
    ['Ev*ent', 'Event', false],
    ['"say \\"hi\\""', 'say "hi"', true],
    ['"400"', '400', true],
    ['400', '400', true],
    ['400', '400.0', false],
  ]
  for (const [operand, value, expected] of cases) {
    assert.equal(matches(`{ $.a = ${operand} }`, { a: value }), expected, operand)
    assert.equal(matches(`{ $.a != ${operand} }`, { a: value }), !expected, operand)
  }
  assert.equal(matches('{ $.a = 4* }', { a: 404 }), true)
  assert.equal(matches('{ $.a > 1 }', { a: '2' }), false)
})

test('IS and NOT EXISTS tell null, false and nothing apart', () => {
  const holds = (pattern: string) =>
    [{ a: null }, { a: false }, { a: true }, {}, { a: 0 }].map((event) =>
      matches(`{ $.a ${pattern} }`, event),
    )
  assert.deepEqual(holds('IS NULL'), [true, false, false, false, false])
  assert.deepEqual(holds('IS FALSE'), [false, true, false, false, false])
  assert.deepEqual(holds('IS TRUE'), [false, false, true, false, false])
  assert.deepEqual(holds('NOT EXISTS'), [false, false, false, true, false])
  assert.equal(matches('{ $.toString NOT EXISTS && $.__proto__.a NOT EXISTS }', {}), true)
  assert.equal(matches('{ $.__proto__ = 1 }', '{"__proto__": 1}'), true)
})

test('wildcards: one element or field that passes is enough', () => {
  assert.equal(matches('{ $.list[*].id > 2 }', { list: [{ id: 1 }, {}, { id: 3 }] }), true)
  assert.equal(matches('{ $.list[*].id > 3 }', { list: [{ id: 1 }, {}, { id: 3 }] }), false)
  assert.equal(matches('{ $.*.id = 1 }', { a: 1, b: { id: 1 } }), true)
  assert.equal(matches('{ $.list.* = 1 }', { list: [1] }), false)
  assert.equal(matches('{ $.list[*] = 1 }', { list: { a: 1 } }), false)
  assert.equal(matches('{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 }', { c: [1] }), true)
})

test('an event that is no JSON object does not match', () => {
  const events = [
    '',
    'text',
    '1',
    '[{"a":1}]',
    '{"a":1',
    '2026-11-21 {"a":1}',
    '{"a":1} and more',
    'null',
  ]
  for (const event of [...events, '{"a":'.repeat(100_000), '['.repeat(100_000)]) {
    assert.equal(matches('{ $.b NOT EXISTS }', event), false)
  }
  const deep = `{"b":${'['.repeat(100_000)}1${']'.repeat(100_000)}}`
  assert.equal(matches('{ $.a NOT EXISTS }', `  ${deep}\n`), true)
})

test('what the user guide does not have is refused', () => {
  const patterns = [
    '{}',
    '{ }',
    '{ $ = 1 }',
    '{ $.a }',
    '{ $.a = }',
    '{ $.a = 1',
    '{ $.a = 1 } x',
    '{ a = 1 }',
    '{ $.a == 1 }',
    '{ $.a > text }',
    '{ $.a > "1" }',
    '{ $.a >= %1% }',
    '{ $.a = "open }',
    '{ $.a = a/b }',
    '{ $.a = a@b }',
    '{ $.a IS NOT NULL }',
    '{ $.a IS "x" }',
    '{ $.a EXISTS }',
    '{ $.a NOT NULL }',
    '{ $.a = 1 & $.b = 1 }',
    '{ $.a = 1 && }',
    '{ ($.a = 1 }',
    '{ $.a = 1) }',
    '{ $.a[b] = 1 }',
    '{ $.a[*].b[*] = 1 }',
    '{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }',
    '{ $.a = %a% || $.b = %b% || $.c = %c% }',
    '{ $.a = %(% }',
  ]
  for (const pattern of patterns) {
    assert.throws(
      () => compileFilterPattern(pattern),
      { code: 'InvalidParameterException', message: /^Invalid filter pattern: / },
      pattern,
    )
  }
})

// ---- what is written is what is read ----

const plain = { noNullPrototype: true }
const plainStep: fc.Arbitrary<Step> = fc.oneof(
  fc.stringMatching(/^[\w-]{1,8}$/).map((name): Step => ({ kind: 'name', name })),
  fc.stringMatching(/^[a-z. ]{1,8}$/).map((name): Step => ({ kind: 'name', name })),
  fc.nat({ max: 99 }).map((index): Step => ({ kind: 'index', index })),
)
const operand: fc.Arbitrary<Operand> = fc.oneof(
  fc.string().map((text): Operand => ({ kind: 'quoted', text })),
  fc.stringMatching(/^[a-z*][\w.*]{0,8}$/).map((text): Operand => ({ kind: 'word', text })),
  fc.integer().map((value): Operand => ({ kind: 'number', text: String(value), value })),
)
const leaf: fc.Arbitrary<JsonLeaf> = fc.record(
  {
    path: fc
      .tuple(
        fc.stringMatching(/^[a-z]{1,5}$/).map((name): Step => ({ kind: 'name', name })),
        fc.array(plainStep, { maxLength: 3 }),
      )
      .map(([first, more]) => [first, ...more]),
    test: fc.oneof(
      fc.record(
        { kind: fc.constant('is' as const), value: fc.constantFrom(null, true, false) },
        plain,
      ),
      fc.constant({ kind: 'not exists' as const }),
      fc.record(
        {
          kind: fc.constant('comparison' as const),
          operator: fc.constantFrom('=' as const, '!=' as const),
          operand,
        },
        plain,
      ),
    ),
  },
  plain,
)
const { condition } = fc.letrec<{ condition: Condition<JsonLeaf> }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf.map((each): Condition<JsonLeaf> => ({ kind: 'leaf', leaf: each })),
    fc.record(
      {
        kind: fc.constantFrom('and' as const, 'or' as const),
        parts: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
      },
      plain,
    ),
  ),
}))

function print(each: Condition<JsonLeaf>): string {
  if (each.kind !== 'leaf') {
    return each.parts.map((part) => `(${print(part)})`).join(each.kind === 'and' ? ' && ' : '||')
  }
  const { path, test: check } = each.leaf
  const selector = `$${path.map(printStep).join('')}`
  if (check.kind === 'not exists') return `${selector} NOT EXISTS`
  if (check.kind === 'is') return `${selector} IS ${String(check.value).toUpperCase()}`
  const { kind, text } = check.operand
  const written = kind === 'quoted' ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
  return `${selector} ${check.operator} ${written}`
}

function printStep(step: Step): string {
  if (step.kind === 'index') return `[${step.index}]`
  if (step.kind !== 'name') return step.kind === 'any field' ? '.*' : '[*]'
  return /^[\w-]+$/.test(step.name) ? `.${step.name}` : `.['${step.name}']`
}

test('a condition that is written out is read as what it was', () => {
  fc.assert(
    fc.property(condition, (each) => {
      assert.deepEqual(parseJsonPattern(new Scanner(`{ ${print(each)} }`)), each)
    }),
  )
})
