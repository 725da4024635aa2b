/** Meanings: "AWS JSON policy elements: Principal" and "Policy evaluation logic", IAM User Guide. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccountId } from '../../kernel/brand.ts'
import { type TrustSubject, isTrusted } from './trust.ts'

const account = '111122223333' as AccountId

function caller(resource: string, userId: string, service = 'iam'): TrustSubject {
  const arn = `arn:aws:${service}::${account}:${resource}`
  return { principal: { account, arn, userId, accessKeyId: 'AKIA' } }
}

const root = caller('root', account)
const ann = caller('user/team/ann', 'AIDAANN')
const worker = caller('assumed-role/worker/job', 'AROAWORKER:job', 'sts')
const lambda = { service: 'lambda.amazonaws.com' }

function trusts(statement: unknown, subject: TrustSubject, action = 'sts:AssumeRole'): boolean {
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statement })
  return isTrusted(policy, subject, action, new Map([['sts:externalid', 'x']]))
}

const allow = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal,
  ...more,
})

describe('who is named', () => {
  const cases: readonly [name: string, principal: unknown, subject: TrustSubject, boolean][] = [
    ['everybody', '*', ann, true],
    ['everybody, a service too', '*', lambda, true],
    ['every caller', { AWS: '*' }, worker, true],
    ['the account by its number', { AWS: account }, ann, true],
    ['the account by its root', { AWS: `arn:aws:iam::${account}:root` }, worker, true],
    ['another account', { AWS: '999999999999' }, root, false],
    ["another account's root", { AWS: 'arn:aws:iam::999999999999:root' }, root, false],
    ['the user', { AWS: [`arn:aws:iam::${account}:user/team/ann`] }, ann, true],
    ['another user', { AWS: `arn:aws:iam::${account}:user/ann` }, ann, false],
    ["the user's id", { AWS: 'AIDAANN' }, ann, true],
    ['the role, whatever its path', { AWS: `arn:aws:iam::${account}:role/a/worker` }, worker, true],
    ['another role', { AWS: `arn:aws:iam::${account}:role/work` }, worker, false],
    ["the role's id", { AWS: 'AROAWORKER' }, worker, true],
    ["the beginning of a role's id", { AWS: 'AROAWORK' }, worker, false],
    ['the session', { AWS: `arn:aws:sts::${account}:assumed-role/worker/job` }, worker, true],
    ['another session', { AWS: `arn:aws:sts::${account}:assumed-role/worker/jobs` }, worker, false],
    ['the service', { Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] }, lambda, true],
    ['another service', { Service: 'ec2.amazonaws.com' }, lambda, false],
    ['a service, for a caller', { Service: 'lambda.amazonaws.com' }, root, false],
    ['a provider', { Federated: 'accounts.google.com' }, ann, false],
  ]
  for (const [name, principal, subject, expected] of cases) {
    test(`${name}: ${expected}`, () => {
      assert.equal(trusts(allow(principal), subject), expected)
    })
  }

  test('everybody but', () => {
    const others = { Effect: 'Allow', Action: '*', NotPrincipal: { AWS: 'AIDAANN' } }
    assert.equal(trusts(others, ann), false)
    assert.equal(trusts(others, worker), true)
  })
})

test('actions are named with wildcards, in whatever case, or all but some', () => {
  assert.ok(trusts(allow('*', { Action: ['STS:assume*'] }), ann))
  assert.ok(!trusts(allow('*', { Action: 'sts:TagSession' }), ann))
  assert.ok(trusts(allow('*', { Action: ['sts:TagSession'] }), ann, 'sts:TagSession'))
  const others = { Effect: 'Allow', Principal: '*', NotAction: 'sts:TagSession' }
  assert.ok(trusts(others, ann))
  assert.ok(!trusts(others, ann, 'sts:TagSession'))
})

test('a Deny wins, wherever it stands; nothing said is a no', () => {
  const deny = { ...allow({ AWS: 'AIDAANN' }), Effect: 'Deny' }
  assert.ok(!trusts([deny, allow('*')], ann))
  assert.ok(!trusts([allow('*'), deny], ann))
  assert.ok(trusts([allow('*'), deny], worker))
  assert.ok(!trusts([], ann))
})

test('conditions hold; those that cannot be understood let nobody in', () => {
  const when = (Condition: unknown) => allow('*', { Condition })
  assert.ok(trusts(when({ StringEquals: { 'sts:ExternalId': 'x' } }), ann))
  assert.ok(!trusts(when({ StringEquals: { 'sts:ExternalId': 'y' } }), ann))
  assert.ok(!trusts(when({ StringResembles: { 'sts:ExternalId': 'x' } }), ann))
  const deny = { ...when({ StringResembles: { 'sts:ExternalId': 'x' } }), Effect: 'Deny' }
  assert.ok(!trusts([allow('*'), deny], ann))
})
