import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scopeOf } from '../../../kernel/arn.ts'
import { newRequestId } from '../../../kernel/ids.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { GetCallerIdentity } from './GetCallerIdentity.ts'

/** The principal's account is what counts, not the one whose resources are asked for. */
const context: CallContext = {
  ...scopeOf('222222222222', 'eu-west-1'),
  principal: {
    account: scopeOf('111111111111', 'eu-west-1').account,
    arn: 'arn:aws:sts::111111111111:assumed-role/lambda/session',
    userId: 'AROAAAAAAAAAAAAAAAAAA:session',
    accessKeyId: 'ASIAAAAAAAAAAAAAAAAA',
  },
  requestId: newRequestId(),
  endpoint: 'http://127.0.0.1:4566',
  headers: {},
}

test('says whose credential it is', async () => {
  assert.deepEqual(await GetCallerIdentity()({}, context), {
    UserId: 'AROAAAAAAAAAAAAAAAAAA:session',
    Account: '111111111111',
    Arn: 'arn:aws:sts::111111111111:assumed-role/lambda/session',
  })
})
