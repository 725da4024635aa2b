import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { compileFilterPattern } from './filter-pattern.ts'

const extract = (pattern: string, event: string) => compileFilterPattern(pattern).extract(event)
const matching = (pattern: string, events: readonly string[]) => {
  const compiled = compileFilterPattern(pattern)
  return events.flatMap((event, index) => (compiled.matches(event) ? [index] : []))
}

// Events, patterns and answers of TestMetricFilter in the API reference.
const apache = [
  '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
  '127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /about-us/index.html HTTP/1.0" 200 5324',
  '127.0.0.1 - frank [10/Oct/2000:13:50:35 -0700] "GET /apache_pb.gif HTTP/1.0" 404 4355',
  '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /products/index.html HTTP/1.0" 400 1534',
]
const [first = ''] = apache
const fields = [
  '127.0.0.1',
  '-',
  'frank',
  '10/Oct/2000:13:25:15 -0700',
  'GET /index.html HTTP/1.0',
  '404',
  '1534',
]
const named = (...names: string[]) =>
  Object.fromEntries(fields.map((field, index) => [`$${names[index]}`, field]))

test('fields have their names, or their numbers', () => {
  const all = '[ip, identity, user_id, timestamp, request, status_code, size]'
  assert.deepEqual(
    extract(all, first),
    named('ip', 'identity', 'user_id', 'timestamp', 'request', 'status_code', 'size'),
  )
  assert.deepEqual(extract('[..., size]', first), named('1', '2', '3', '4', '5', '6', 'size'))
  assert.deepEqual(extract('[]', first), named('1', '2', '3', '4', '5', '6', '7'))
  assert.deepEqual(
    extract('[..., request=*.html*, status_code=4*,]', first),
    named('1', '2', '3', '4', 'request', 'status_code', '7'),
  )
  assert.deepEqual(extract('[ip, user, ...]', first), named('ip', 'user', '3', '4', '5', '6', '7'))
  assert.deepEqual(extract('[]', ''), {})
  assert.equal(extract('[a, b]', 'one'), undefined)
  assert.equal(extract('[a, ..., b]', 'one'), undefined)
})

test('conditions on fields', () => {
  const cases: [pattern: string, matching: number[]][] = [
    ['[..., status_code=200, size]', [1]],
    ['[..., request=*.html*, status_code=4*,]', [0, 3]],
    ['[ip, user, username, timestamp, request, status_code, bytes > 1600]', [1, 2]],
    ['[ip, user, username, timestamp, request, status_code = 4*, bytes >= 4355]', [2]],
    [
      '[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]',
      [0],
    ],
    ['[..., status_code >= 400 && status_code < 404 || status_code = 200, size]', [1, 3]],
    ['[..., status_code = 200 || status_code >= 400 && status_code < 404, size]', [1, 3]],
    [
      '[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]',
      [0, 3],
    ],
    ['[ip != "127.0.0.1", ...]', []],
    ['[..., user = "fr*", t, r, s, b]', [0, 1, 2, 3]],
  ]
  for (const [pattern, expected] of cases) {
    assert.deepEqual(matching(pattern, apache), expected, pattern)
  }
})

test('without an ellipsis the last field is all that is left', () => {
  // User guide.
  const events = [
    'INFO 09/25/2014 12:00:00 GET /service/resource/67 1200',
    'INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310',
    'WARNING 09/25/2014 12:00:02 Invalid user request',
    'ERROR 09/25/2014 12:00:02 Failed to process request',
  ]
  const cases: [pattern: string, matching: number[]][] = [
    ['[w1=ERROR, w2]', [3]],
    ['[w1=ERROR || w1=WARNING, w2]', [2, 3]],
    ['[w1!=ERROR && w1!=WARNING, w2]', [0, 1]],
    ['[w1=ERROR]', []],
    ['[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]', [0]],
    [
      '[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]',
      [1],
    ],
  ]
  for (const [pattern, expected] of cases) {
    assert.deepEqual(matching(pattern, events), expected, pattern)
  }
  assert.deepEqual(extract('[time, id, event]', '2026-11-21T10:00:00Z\tuuid\tsaid "a b" [c]\n'), {
    $time: '2026-11-21T10:00:00Z',
    $id: 'uuid',
    $event: 'said "a b" [c]',
  })
})

test('quotes and brackets that enclose no field are text', () => {
  const parts = (event: string) => Object.values(extract('[]', event) ?? {})
  assert.deepEqual(parts('a  "b c"\t[d e] f'), ['a', 'b c', 'd e', 'f'])
  assert.deepEqual(parts('"open a'), ['"open', 'a'])
  assert.deepEqual(parts('"a b"c d'), ['"a', 'b"c', 'd'])
  assert.deepEqual(parts('x"a b" [] ""'), ['x"a', 'b"', '', ''])
  assert.equal(parts(`${'[ '.repeat(100_000)}]x`).length, 100_001)
})

test('what the user guide does not have is refused', () => {
  const patterns = [
    '[',
    '[a',
    '[a] b',
    '[a b]',
    '[a, ..., b, ...]',
    '[a=]',
    '[a=1 & a=2]',
    '[a=1 && b=2]',
    '[a=1 && 2]',
    '[a=1 ||]',
    '[a>b]',
    '[a="x]',
    '[a=“x“]',
    '[=1]',
    '[a=%x%, b=%y%, c=%z%]',
    '[a=(1)]',
  ]
  for (const pattern of patterns) {
    assert.throws(
      () => compileFilterPattern(pattern),
      { code: 'InvalidParameterException', message: /^Invalid filter pattern: / },
      pattern,
    )
  }
})

test('fields that are written with blanks between them are found again', () => {
  const word = fc.stringMatching(/^[^\s"[\]][^\s]*$/)
  const quoted = fc.stringMatching(/^[^"\n]*$/)
  const bracketed = fc.stringMatching(/^[^\]\n]*$/)
  const field = fc.oneof(
    word.map((text) => [text, text] as const),
    quoted.map((text) => [text, `"${text}"`] as const),
    bracketed.map((text) => [text, `[${text}]`] as const),
  )
  fc.assert(
    fc.property(fc.array(field), fc.constantFrom(' ', '  ', '\t'), (all, blank) => {
      // A field that begins outside may be closed by what comes later: that is checked above.
      const event = all.map(([, written]) => written).join(blank)
      fc.pre(!event.includes('\u{feff}'))
      assert.deepEqual(
        extract('[]', event),
        Object.fromEntries(all.map(([text], index) => [`$${index + 1}`, text])),
      )
    }),
  )
})
