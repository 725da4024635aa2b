/** Loops of invocations. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import type { FunctionArn } from '../../kernel/brand.ts'
import { passageOf } from './recursion.ts'
import { arnPrefix, openTestLambda, refusal } from './test-support.ts'
import type { TestLambda } from './test-support.ts'

const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
const named = (name: string) => ({ functionArn: `${arnPrefix}${name}` as FunctionArn })

/** Through these functions, one after the other. */
function chain(...names: string[]) {
  let passage = { traceId: trace, rounds: -1 }
  for (const name of names) passage = passageOf(passage.traceId, named(name))
  return passage
}

test('a trace says where it has been, and how often (form observed)', () => {
  const once = chain('f').traceId
  assert.match(once, /^Root=[^;]+;Parent=[^;]+;Sampled=1;Lineage=1:[0-9a-f]{8}:0$/)
  assert.equal(chain('f', 'f', 'f').traceId, once.replace(/0$/, '2'))
  assert.match(chain('f', 'g', 'f').traceId, /;Lineage=1:[0-9a-f]{8}:0\|1:[0-9a-f]{8}:1$/)
  assert.equal(chain('f', 'g', 'f', 'g', 'f').rounds, 2)
})

test('a trace stays short enough for the header it travels in (property)', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,2}$/), { maxLength: 100 }), (names) => {
      assert.ok(chain(...names).traceId.length < 300)
    }),
  )
})

test('what is no lineage is not passed on (fuzz)', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (junk) => {
      const { traceId, rounds } = passageOf(`Root=1-a;Lineage=${junk}`, named('f'))
      assert.equal(rounds, 0)
      assert.match(traceId, /Lineage=1:[0-9a-f]{8}:0$/)
    }),
  )
})

/** A client that passes on what the function got, as the SDKs in functions do. @returns how often it came through */
async function loop(lambda: TestLambda, operation: string, rounds: number): Promise<number> {
  let headers = {}
  for (let round = 0; round < rounds; round += 1) {
    try {
      await lambda.call(operation, { FunctionName: 'f' }, { headers })
    } catch (error) {
      const words =
        "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation."
      assert.throws(
        () => {
          throw error
        },
        refusal('RecursiveInvocationException', 400, words),
      )
      return round
    }
    headers = { 'x-amzn-trace-id': lambda.invoker.invocations.at(-1)?.request.traceId }
  }
  return rounds
}

for (const operation of ['Invoke', 'InvokeWithResponseStream']) {
  test(`${operation} stops the seventeenth round, unless the function allows it (docs)`, async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    assert.equal(await loop(lambda, operation, 30), 16)
    const set = (RecursiveLoop: string) =>
      lambda.call('PutFunctionRecursionConfig', { FunctionName: 'f', RecursiveLoop })
    await set('Allow')
    assert.equal(await loop(lambda, operation, 30), 30)
    await set('Terminate')
    assert.equal(await loop(lambda, operation, 30), 16)
  })
}
