/** The running totals against what the rows add up to, after whatever has happened to them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GetAccountSettingsResponse } from '@aws-sdk/client-lambda'
import fc from '../../../../test/kit/fast-check.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { LambdaTables } from '../tables.ts'
import { type TestLambda, openTestLambda, packageOf, scope } from '../test-support.ts'
import type { Usage } from './tables.ts'

const name = fc.constantFrom('f', 'g')
const code = fc.constantFrom('one', 'a text of another length', 'and one more, longer than both')
const version = fc.integer({ min: 1, max: 3 })

type Step = readonly [operation: string, input: object]
const zipped = (text: string) => ({ ZipFile: packageOf(text) })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(name, code, fc.boolean())
    .map(([FunctionName, text, Publish]): Step => [
      'CreateFunction',
      { FunctionName, Code: zipped(text), Publish },
    ]),
  fc
    .tuple(name, code, fc.boolean())
    .map(([FunctionName, text, Publish]): Step => [
      'UpdateFunctionCode',
      { FunctionName, ...zipped(text), Publish },
    ]),
  fc
    .tuple(name, code)
    .map(([FunctionName, Description]): Step => [
      'UpdateFunctionConfiguration',
      { FunctionName, Description },
    ]),
  name.map((FunctionName): Step => ['PublishVersion', { FunctionName }]),
  name.map((FunctionName): Step => ['DeleteFunction', { FunctionName }]),
  fc
    .tuple(name, version)
    .map(([FunctionName, number]): Step => [
      'DeleteFunction',
      { FunctionName, Qualifier: String(number) },
    ]),
  fc
    .tuple(name, code)
    .map(([LayerName, text]): Step => [
      'PublishLayerVersion',
      { LayerName, Content: zipped(text) },
    ]),
  fc
    .tuple(name, version)
    .map(([LayerName, VersionNumber]): Step => [
      'DeleteLayerVersion',
      { LayerName, VersionNumber },
    ]),
)

test('the totals are what functions, versions and layers add up to (property)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      await using lambda = await openTestLambda()
      for (const each of steps) await take(lambda, each)
      assert.deepEqual(await shown(lambda), await addedUp(lambda))
    }),
    { numRuns: 8 },
  )
})

test('nothing is left of a function that had versions', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { Publish: true })
  const { codeBytes } = await shown(lambda)
  await lambda.create('g')
  assert.deepEqual(await shown(lambda), { functions: 2, codeBytes: codeBytes * 1.5 })
  for (const FunctionName of ['f', 'g']) await lambda.call('DeleteFunction', { FunctionName })
  assert.deepEqual(await shown(lambda), { functions: 0, codeBytes: 0 })
})

/** What is refused changes nothing, and must not count. */
async function take(lambda: TestLambda, [operation, input]: Step): Promise<void> {
  try {
    if (operation === 'CreateFunction') {
      const { FunctionName, ...changes } = input as { FunctionName: string }
      await lambda.create(FunctionName, changes)
    } else {
      await lambda.call(operation, input)
      if (operation.startsWith('Update')) {
        await lambda.settled((input as { FunctionName: string }).FunctionName)
      }
    }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
  }
}

async function shown(lambda: TestLambda): Promise<Usage> {
  const settings = await lambda.call<GetAccountSettingsResponse>('GetAccountSettings', {})
  const { FunctionCount: functions = NaN, TotalCodeSize: codeBytes = NaN } =
    settings.AccountUsage ?? {}
  return { functions, codeBytes }
}

async function addedUp(lambda: TestLambda): Promise<Usage> {
  const db = lambda.store.reader<LambdaTables>()
  let codeBytes = 0
  let functions = 0
  for (const table of ['lambda_functions', 'lambda_versions', 'lambda_layer_versions'] as const) {
    const rows = await db
      .selectFrom(table)
      .select('code_bytes')
      .where('account', '=', scope.account)
      .execute()
    if (table === 'lambda_functions') functions = rows.length
    codeBytes += rows.reduce((sum, row) => sum + row.code_bytes, 0)
  }
  return { functions, codeBytes }
}
