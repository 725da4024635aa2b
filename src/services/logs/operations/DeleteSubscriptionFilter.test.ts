import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

test('there is none to delete', async () => {
  await using logs = await openTestLogs()
  const filter = { logGroupName: 'app', filterName: 'f' }
  const refusedBecause = (what: string) => ({
    code: 'ResourceNotFoundException',
    message: `The specified ${what} does not exist.`,
  })
  await assert.rejects(logs.call('DeleteSubscriptionFilter', filter), refusedBecause('log group'))
  await logs.call('CreateLogGroup', { logGroupName: 'app' })
  await assert.rejects(
    logs.call('DeleteSubscriptionFilter', filter),
    refusedBecause('subscription filter'),
  )
})
