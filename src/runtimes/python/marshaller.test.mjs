/**
 * Results as JSON: what AWS's client gives, which encodes with simplejson. Every expectation here was observed with
 * awslambdaric 4.2.2 and simplejson 4.3.0 on Python 3.10 to 3.13, unless it says otherwise.
 */
import assert from 'node:assert/strict'
import { isAsciiOnly, onEachPython, withFunction } from './test-kit.mjs'

const before = `
import collections, dataclasses, datetime, decimal, enum, types
D = decimal.Decimal
P = collections.namedtuple('P', 'x y')
class Obj: pass
class Row:
    def _asdict(self): return {'id': D('1.50'), 'none': None}
class Dictish(dict):
    def _asdict(self): return {'z': 9}
class Listish(list):
    def _asdict(self): return {'l': 9}
class NoDict:
    def _asdict(self): return 5
class WantsMore:
    def _asdict(self, more): return {}
class Plain(enum.Enum): RED = 1
class Number(enum.IntEnum): ONE = 1
class Text(str, enum.Enum): A = 'a'
class Float(float):
    def __repr__(self): return 'F!'
class Int(int):
    def __repr__(self): return 'I!'
@dataclasses.dataclass
class Data: x: int = 1
def cycle():
    a = {}
    a['a'] = [a]
    return a
def deep(levels):
    a = []
    for _ in range(levels): a = [a]
    return a
`

/** Expression, and the response's text. */
const results = [
  ['None', 'null'],
  ['True', 'true'],
  ['[]', '[]'],
  ['()', '[]'],
  ['{}', '{}'],
  ['[[], {}, ()]', '[[], {}, []]'],
  ['(1, 2)', '[1, 2]'],
  ['{"a": (1,)}', '{"a": [1]}'],
  ['10 ** 40', '1' + '0'.repeat(40)],
  ['[1e22, 1.0, 0.1, -0.0, 1e-7]', '[1e+22, 1.0, 0.1, -0.0, 1e-07]'],
  ['[float("nan"), float("inf"), -float("inf")]', '[NaN, Infinity, -Infinity]'],
  ['{1: 2, 1.5: 3, None: 4, True: 5, float("nan"): 6}', '{"1": 5, "1.5": 3, "null": 4, "NaN": 6}'],
  ['"q\\"\\\\/\\b\\f\\n\\r\\t\\x00"', '"q\\"\\\\/\\b\\f\\n\\r\\t\\u0000"'],
  // Named tuples and whatever has _asdict are objects.
  ['P(1, 2)', '{"x": 1, "y": 2}'],
  ['{"a": [P(1, {"b": (P(3, 4),)})]}', '{"a": [{"x": 1, "y": {"b": [{"x": 3, "y": 4}]}}]}'],
  ['[P]', undefined, 'Object of type type is not JSON serializable'],
  ['Row()', '{"id": 1.50, "none": null}'],
  ['[Dictish(a=1), Listish([1])]', '[{"z": 9}, {"l": 9}]'],
  ['NoDict()', undefined, '_asdict() must return a dict, not int'],
  ['WantsMore()', undefined, 'Object of type WantsMore is not JSON serializable'],
  // Decimals are numbers, with every digit they have.
  ['D("3.14")', '3.14'],
  ['[D("10"), D("1.5"), D("-7")]', '[10, 1.5, -7]'],
  [
    '[D("0.10"), D("1E+2"), D("-0"), D("1.0E-7"), D("123456789012345678901234567890.5")]',
    '[0.10, 1E+2, -0, 1.0E-7, 123456789012345678901234567890.5]',
  ],
  [
    '[D("NaN"), D("-NaN"), D("sNaN"), D("Infinity"), D("-Infinity")]',
    '[NaN, NaN, NaN, Infinity, -Infinity]',
  ],
  ['{D("1"): 3}', undefined, 'keys must be str, int, float, bool or None, not Decimal'],
  // Bytes inside are text.
  ['{"b": b"bytes", b"k": 1}', '{"b": "bytes", "k": 1}'],
  [
    '{"b": b"\\xff"}',
    undefined,
    "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
  ],
  ['bytearray(b"x")', undefined, 'Object of type bytearray is not JSON serializable'],
  // Subclasses of what JSON has.
  ['[Float(1.5), Int(7), Number.ONE, Text.A]', '[1.5, 7, 1, "a"]'],
  ['{Number.ONE: 1, Text.A: 2}', '{"1": 1, "a": 2}'],
  [
    '[collections.OrderedDict(a=1), collections.defaultdict(list, a=[1]), collections.Counter("aab")]',
    '[{"a": 1}, {"a": [1]}, {"a": 2, "b": 1}]',
  ],
  // What it has not.
  ['Plain.RED', undefined, 'Object of type Plain is not JSON serializable'],
  ['Data()', undefined, 'Object of type Data is not JSON serializable'],
  ['{1, 2}', undefined, 'Object of type set is not JSON serializable'],
  ['[Obj()]', undefined, 'Object of type Obj is not JSON serializable'],
  ['datetime.datetime(2020, 1, 1)', undefined, 'Object of type datetime is not JSON serializable'],
  ['types.MappingProxyType({})', undefined, 'Object of type mappingproxy is not JSON serializable'],
  ['(x for x in [1])', undefined, 'Object of type generator is not JSON serializable'],
  ['{(1, 2): 3}', undefined, 'keys must be str, int, float, bool or None, not tuple'],
  ['cycle()', undefined, 'Circular reference detected'],
  ['deep(100)', '['.repeat(101) + ']'.repeat(101)],
]

onEachPython('any value', (python) => {
  const values = results.map(([expression]) => `lambda: ${expression},\n`).join('')
  const code = `${before}\nVALUES = [${values}]\ndef handler(event, context):\n    return VALUES[event]()\n`
  return withFunction(python, code, async (bootstrap) => {
    for (const [index, [expression, text, message]] of results.entries()) {
      const answer = await bootstrap.invoke(String(index))
      if (text !== undefined) {
        assert.equal(answer.text, text, expression)
        continue
      }
      assert.equal(answer.json.errorType, 'Runtime.MarshalError', expression)
      assert.equal(answer.json.errorMessage, `Unable to marshal response: ${message}`, expression)
      assert.deepEqual(answer.json.stackTrace, [], expression)
    }
  })
})

onEachPython('values beyond any depth fail the invocation, and only that', (python) => {
  const code = `${before}\ndef handler(event, context):\n    return deep(event)\n`
  return withFunction(python, code, async (bootstrap) => {
    const { errorType, errorMessage } = (await bootstrap.invoke('200000')).json
    assert.equal(errorType, 'Runtime.MarshalError')
    assert.match(errorMessage, /^Unable to marshal response: maximum recursion depth exceeded/)
    assert.equal((await bootstrap.invoke('1')).text, '[[]]')
  })
})

onEachPython('a marshal error, and its cause', (python) =>
  withFunction(python, 'def handler(event, context): return {1}', async (bootstrap, taskRoot) => {
    const answer = await bootstrap.invoke('0', {}, 'r1')
    const message = 'Unable to marshal response: Object of type set is not JSON serializable'
    assert.deepEqual(answer.json, {
      errorMessage: message,
      errorType: 'Runtime.MarshalError',
      requestId: 'r1',
      stackTrace: [],
    })
    assert.deepEqual(JSON.parse(answer.headers['lambda-runtime-function-xray-error-cause']), {
      working_directory: taskRoot,
      exceptions: [{ message, type: 'LambdaValidationError', stack: [] }],
      paths: [],
    })
  }),
)

onEachPython('beyond ASCII: escaped on python3.10 and 3.11, as it is on what is newer', (python) =>
  withFunction(python, 'def handler(event, context): return event', async (bootstrap) => {
    assert.equal(
      (await bootstrap.invoke('"é\x7f\u2028😀"')).text,
      isAsciiOnly(python) ? '"\\u00e9\\u007f\\u2028\\ud83d\\ude00"' : '"é\x7f\u2028😀"',
    )
    // AWS's client dies of a lone surrogate on the newer ones; ours sends it as JSON has it.
    assert.equal((await bootstrap.invoke('"\\ud800"')).text, '"\\ud800"')
    assert.equal((await bootstrap.invoke('{"\\udfff": [1]}')).text, '{"\\udfff": [1]}')
  }),
)

onEachPython(
  'the runtime that was asked for decides, whatever Python serves it',
  async (python) => {
    for (const [runtime, text] of [
      ['AWS_Lambda_python3.11', '"\\u00e9"'],
      ['AWS_Lambda_python3.14', '"é"'],
    ]) {
      await withFunction(
        python,
        'def handler(event, context): return event',
        async (bootstrap) => assert.equal((await bootstrap.invoke('"é"')).text, text),
        { env: { AWS_EXECUTION_ENV: runtime } },
      )
    }
  },
)
