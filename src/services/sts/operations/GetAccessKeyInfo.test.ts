import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { account, callerOf, openSts, refused } from '../test-support.ts'
import { GetAccessKeyInfo } from './GetAccessKeyInfo.ts'

const sts = await openSts()
after(() => sts[Symbol.asyncDispose]())

test("a key's account, whoever asks", async () => {
  const owner = { account, principalArn: 'arn', userId: 'AIDA' }
  const lasting = await sts.credentials.create(owner)
  const temporary = await sts.credentials.createTemporary(owner, 1000)
  const other = callerOf({ account: '999999999999' as never })
  for (const { accessKeyId } of [lasting, temporary]) {
    const answer = await GetAccessKeyInfo(sts)({ AccessKeyId: accessKeyId }, other)
    assert.deepEqual(answer, { Account: account })
  }
})

test('a key that is not there', async () => {
  await refused(
    () => GetAccessKeyInfo(sts)({ AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }, callerOf()),
    'ValidationError',
    'There is no access key AKIAAAAAAAAAAAAAAAAA.',
  )
})
