import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListFunctionVersionsByCapacityProviderResponse as Page } from '@aws-sdk/client-lambda'
import {
  createProvider,
  onProvider,
  providerArnPrefix,
  providerNotFound,
} from '../capacity-providers/test-kit.ts'
import { type TestLambda, arnPrefix, openTestLambda, refusal } from '../test-support.ts'

const list = (lambda: TestLambda, input: object = {}) =>
  lambda.call<Page>('ListFunctionVersionsByCapacityProvider', {
    CapacityProviderName: 'p',
    ...input,
  })

const item = (suffix: string) => ({ FunctionArn: `${arnPrefix}${suffix}`, State: 'Active' })

test('gives every version once, `$LATEST` among them, page by page', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  await createProvider(lambda, 'other')
  const none = { CapacityProviderArn: `${providerArnPrefix}p`, FunctionVersions: [] }
  assert.deepEqual(await list(lambda), none)
  await lambda.create('f', { ...onProvider('p'), Publish: true })
  await lambda.call('PublishVersion', { FunctionName: 'f', PublishTo: 'LATEST_PUBLISHED' })
  await lambda.create('g', onProvider('p'))
  await lambda.create('elsewhere', onProvider('other'))
  await lambda.create('nowhere')
  const all = [item('f:$LATEST'), item('f:$LATEST.PUBLISHED'), item('f:1'), item('g:$LATEST')]
  assert.deepEqual((await list(lambda)).FunctionVersions, all)
  const seen: object[] = []
  let Marker: string | undefined
  do {
    const page: Page = await list(lambda, { MaxItems: 1, Marker })
    seen.push(...(page.FunctionVersions ?? []))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(seen, all)
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  assert.deepEqual((await list(lambda)).FunctionVersions, [item('g:$LATEST')])
})

test('404 for a provider that is not there; refuses a marker that is none', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(list(lambda), providerNotFound('p'))
  await createProvider(lambda, 'p')
  for (const Marker of ['x', Buffer.from('after:x').toString('base64')]) {
    await assert.rejects(
      list(lambda, { Marker }),
      refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
    )
  }
})
