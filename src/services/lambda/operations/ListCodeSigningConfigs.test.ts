/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListCodeSigningConfigsResponse } from '@aws-sdk/client-lambda'
import { scopeOf } from '../../../kernel/arn.ts'
import { makeConfig } from '../code-signing/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

test('has everything once, page by page', async () => {
  await using lambda = await openTestLambda()
  const all: string[] = []
  for (let made = 0; made < 5; made += 1) all.push(await makeConfig(lambda))
  const seen: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page: ListCodeSigningConfigsResponse = await lambda.call('ListCodeSigningConfigs', {
      MaxItems: 2,
      Marker,
    })
    seen.push(...(page.CodeSigningConfigs?.map((each) => each.CodeSigningConfigArn) ?? []))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(seen, all.toSorted())
  await assert.rejects(
    lambda.call('ListCodeSigningConfigs', { Marker: 'elsewhere' }),
    refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
  )
})

test('lists one account and region', async () => {
  await using lambda = await openTestLambda()
  await makeConfig(lambda)
  const elsewhere = scopeOf('123456789012', 'us-east-1')
  const page = await lambda.call('ListCodeSigningConfigs', {}, elsewhere)
  assert.deepEqual(page, { CodeSigningConfigs: [] })
})
