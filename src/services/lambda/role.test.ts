import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Roles } from '../../kernel/ports.ts'
import { leastRequest, openTestLambda, refusal, role } from './test-support.ts'

/** Roles of which one may be assumed, one may not, and no other is there. */
const asked: Readonly<Record<string, string>>[] = []
const roles: Pick<Roles, 'access'> = {
  access: async (arn, service, context = {}) => {
    assert.equal(service, 'lambda.amazonaws.com')
    asked.push(context)
    if (arn.endsWith('/closed')) return 'not assumable'
    return arn === role ? 'assumable' : 'absent'
  },
}
const closed = 'arn:aws:iam::123456789012:role/closed'
const invented = 'arn:aws:iam::123456789012:role/invented'
const refused = refusal(
  'InvalidParameterValueException',
  400,
  'The role defined for the function cannot be assumed by Lambda.',
)

test('a role that does not let Lambda in is refused, at creation and later', async () => {
  await using lambda = await openTestLambda(undefined, { roles })
  await assert.rejects(
    lambda.call('CreateFunction', { ...leastRequest('f'), Role: closed }),
    refused,
  )
  await lambda.create('f')
  await assert.rejects(
    lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Role: closed }),
    refused,
  )
  assert.equal((await lambda.settled('f')).Role, role)
  assert.deepEqual(asked.at(-1), {
    'aws:SourceAccount': '123456789012',
    'aws:SourceArn': 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  })
})

test('a role that nobody has made is refused only where callers prove who they are', async () => {
  await using open = await openTestLambda(undefined, { roles })
  await open.create('f', { Role: invented })
  await using strict = await openTestLambda(undefined, { roles, needsRoles: true })
  await assert.rejects(
    strict.call('CreateFunction', { ...leastRequest('f'), Role: invented }),
    refused,
  )
  await strict.create('g')
})
