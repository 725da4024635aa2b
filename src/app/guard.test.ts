import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rawRequest } from '../../test/kit/raw-request.ts'
import type { AccountId } from '../kernel/brand.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Principal } from '../kernel/operation.ts'
import type { RawRequest } from '../kernel/ports.ts'
import { type Guard, refusalOf } from './guard.ts'

const rootAccount = '000000000000' as AccountId
const guard: Guard = { token: 'c0ffee', rootAccount }

type Headers = RawRequest['headers']

/** Who has signed is whom `authorization` names. */
function signed(headers: Headers): RawRequest {
  return rawRequest({
    headers,
    identify: (service) => {
      assert.equal(service, 'lambda')
      const userId = headers['authorization']
      if (userId === undefined) throw new ServiceError('MissingAuthenticationToken', 'no', {})
      return { userId } as Principal
    },
  })
}

describe('who may look at the server', () => {
  const may: [string, Headers][] = [
    ['who has the token', { authorization: 'Bearer c0ffee' }],
    ['who spells it as HTTP allows', { authorization: 'bearer  c0ffee' }],
    ['the root user of the root account', { authorization: rootAccount }],
  ]
  for (const [who, headers] of may) {
    test(who, async () => assert.equal(await refusalOf(signed(headers), guard), undefined))
  }

  const mayNot: [string, Headers, string?][] = [
    ['nobody', {}, 'MissingAuthenticationToken'],
    ['who has another token', { authorization: 'Bearer c0ffed' }],
    ['who has a part of it', { authorization: 'Bearer c0ffe' }],
    ['who has none', { authorization: 'Bearer ' }],
    ['who sends several', { authorization: ['Bearer c0ffee', 'Bearer c0ffee'] }],
    ['the root user of another account', { authorization: '123456789012' }],
    ['a function of the root account', { authorization: 'AROA123:function' }],
  ]
  for (const [who, headers, code = 'AccessDeniedException'] of mayNot) {
    test(`not ${who}`, async () => {
      const refusal = await refusalOf(signed(headers), guard)
      assert.equal(refusal?.code, code)
      if (code === 'AccessDeniedException') assert.equal(refusal.status, 403)
    })
  }

  test('with --auth off everybody', async () => {
    assert.equal(await refusalOf(signed({}), undefined), undefined)
  })

  test('a fault in finding out is not taken for an answer', async () => {
    const broken = rawRequest({ identify: () => assert.fail('the store') })
    await assert.rejects(refusalOf(broken, guard), /the store/)
  })
})
