import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsPerQuery } from '../limits.ts'
import { type TestLogs, openTestLogs, scope } from '../test-support.ts'

interface Page {
  logGroups: { logGroupName: string }[]
  nextToken?: string
}

async function names(logs: TestLogs, input: object): Promise<string[]> {
  const { logGroups } = await logs.call<Page>('ListLogGroups', input)
  return logGroups.map((group) => group.logGroupName)
}

test('what a group is', async () => {
  await using logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName: 'app', logGroupClass: 'ESSENTIALS' })
  assert.deepEqual(await logs.call('ListLogGroups', {}), {
    logGroups: [
      {
        logGroupName: 'app',
        logGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:app',
        logGroupClass: 'ESSENTIALS',
      },
    ],
  })
})

test('by parts and beginnings of names, by class, by account', async () => {
  await using logs = await openTestLogs()
  const all = ['/aws/batch/job', '/aws/lambda/discovery', '/aws/lambda/f', 'my/aws/lambda', 'x']
  for (const logGroupName of all) await logs.call('CreateLogGroup', { logGroupName })
  await logs.call('CreateLogGroup', { logGroupName: 'y', logGroupClass: 'INFREQUENT_ACCESS' })
  const byName = (logGroupNamePattern: string) => names(logs, { logGroupNamePattern })
  assert.deepEqual(await byName('^/aws/lambda'), ['/aws/lambda/discovery', '/aws/lambda/f'])
  assert.deepEqual(await byName('^/aws/batch|discovery'), all.slice(0, 2))
  assert.deepEqual(await byName('aws/lambda'), all.slice(1, 4))
  assert.deepEqual(await byName('AWS'), [])
  assert.deepEqual(await names(logs, { logGroupClass: 'STANDARD' }), all)
  // Unlike for DescribeLogGroups, the two cheaper classes are two.
  assert.deepEqual(await names(logs, { logGroupClass: 'INFREQUENT_ACCESS' }), ['y'])
  assert.deepEqual(await names(logs, { logGroupClass: 'ESSENTIALS' }), [])
  assert.deepEqual(await names(logs, { logGroupClass: 'DELIVERY' }), [])
  assert.deepEqual(await names(logs, { accountIdentifiers: [scope.account] }), [...all, 'y'])
  assert.deepEqual(await names(logs, { accountIdentifiers: ['210987654321'] }), [])
  assert.deepEqual(await names(logs, { dataSources: [{ name: 'x' }] }), [])
  assert.deepEqual(await names(logs, { fieldIndexNames: ['x'] }), [])
})

test('by tags', async () => {
  await using logs = await openTestLogs()
  const tags = { a: { stage: 'Prod', team: 'x' }, b: { stage: 'prod-2' }, c: { stage: '' }, d: {} }
  for (const [logGroupName, each] of Object.entries(tags)) {
    await logs.call('CreateLogGroup', { logGroupName, tags: each })
  }
  const byTags = (...logGroupTags: object[]) => names(logs, { logGroupTags })
  const stage = (...values: string[]) => byTags({ key: 'stage', values })
  assert.deepEqual(await stage(), ['a', 'b', 'c'])
  assert.deepEqual(await byTags({ key: 'team' }), ['a'])
  assert.deepEqual(await stage('prod'), [])
  assert.deepEqual(await stage('Prod', ''), ['a', 'c'])
  assert.deepEqual(await stage('prod*'), ['a', 'b'])
  assert.deepEqual(await stage('*-2'), ['b'])
  assert.deepEqual(await stage('*ROD*'), ['a', 'b'])
  assert.deepEqual(await stage('!prod*'), ['c'])
  assert.deepEqual(await byTags({ key: 'stage', values: ['prod*'] }, { key: 'team' }), ['a'])
})

test('in pages, also where those that are wanted are few', async () => {
  await using logs = await openTestLogs()
  for (let index = 0; index < groupsPerQuery + 10; index += 1) {
    const logGroupName = `${index % 100 === 0 ? 'rare' : 'many'}-${1000 + index}`
    await logs.call('CreateLogGroup', { logGroupName })
  }
  const input = { logGroupNamePattern: 'rare', limit: 2 }
  const first = await logs.call<Page>('ListLogGroups', input)
  assert.deepEqual(first.logGroups.length, 2)
  const { nextToken } = first
  assert.deepEqual(await names(logs, { ...input, nextToken }), ['rare-1200'])
  assert.equal((await names(logs, {})).length, 50)
  assert.equal((await names(logs, { limit: 1000 })).length, groupsPerQuery + 10)
  await assert.rejects(logs.call('ListLogGroups', { nextToken: 'x' }), {
    message: 'The specified nextToken is invalid.',
  })
})
