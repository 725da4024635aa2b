import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { checkIdentityPolicy, checkTrustPolicy, policyCharacters } from './policy-document.ts'
import { logsPolicy, policyOf, trustPolicy, trustPolicyOf } from './test-support.ts'

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }
const assume = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }

function managed(policy: unknown): () => void {
  return () => checkIdentityPolicy(textOf(policy), 'managed')
}

/** A managed policy with this one statement. */
function identity(statement: unknown): () => void {
  return managed({ Version: '2012-10-17', Statement: statement })
}

function trust(statement: unknown): () => void {
  return () => checkTrustPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }))
}

function trustText(policy: unknown): () => void {
  return () => checkTrustPolicy(textOf(policy))
}

function textOf(policy: unknown): string {
  return typeof policy === 'string' ? policy : JSON.stringify(policy)
}

function malformed(check: () => void, message: string): void {
  assert.throws(check, {
    name: 'ServiceError',
    code: 'MalformedPolicyDocument',
    status: 400,
    message,
  })
}

test('identity policies that are in order', () => {
  const condition = {
    StringEquals: { 'aws:username': ['a', 'b'], 's3:x': 'c' },
    Bool: { 'aws:SecureTransport': true },
    NumericLessThan: { 's3:max-keys': 10 },
  }
  for (const statement of [
    allow,
    [allow, { ...allow, Effect: 'Deny' }],
    { Effect: 'Deny', NotAction: ['s3:*', '*'], NotResource: ['arn:aws:s3:::b/*', '*'] },
    { ...allow, Sid: 'Abc123', Condition: condition },
    [
      { ...allow, Sid: '' },
      { ...allow, Sid: '' },
    ],
  ]) {
    identity(statement)()
  }
  managed({ Version: '2012-10-17', Id: 'x', Statement: [allow] })()
  managed(logsPolicy)()
  checkIdentityPolicy(JSON.stringify({ Statement: allow }), 'inline')
  checkIdentityPolicy(JSON.stringify({ Version: '2008-10-17', Statement: allow }), 'inline')
})

test('identity policies: what is not the grammar', () => {
  const syntax = 'Syntax errors in policy.'
  for (const policy of ['', '{', 'null', '[]', '"x"', '1', '['.repeat(100_000)]) {
    malformed(managed(policy), syntax)
  }
  malformed(managed({ Version: '2012-10-18', Statement: allow }), syntax)
  malformed(managed({ Version: '2012-10-17' }), syntax)
  malformed(managed({ Version: '2012-10-17', Statement: allow, Comment: '' }), syntax)
  malformed(managed({ Version: '2012-10-17', Statement: allow, Id: 1 }), syntax)
  malformed(managed('{"Version":"2012-10-17","Statement":{},"__proto__":{}}'), syntax)
  for (const statement of [
    [],
    'x',
    [null],
    [[allow]],
    { ...allow, Effect: 'allow' },
    { ...allow, Comment: '' },
    { ...allow, Sid: 1 },
    { ...allow, Action: 1 },
    { ...allow, Action: [1] },
    { ...allow, NotAction: 's3:*' },
    { ...allow, NotResource: '*' },
    { ...allow, Condition: [] },
    { ...allow, Condition: { StringEquals: 'x' } },
    { ...allow, Condition: { StringEquals: { k: null } } },
    { ...allow, Condition: { StringEquals: { k: [{}] } } },
  ]) {
    malformed(identity(statement), syntax)
  }
})

test('identity policies: what IAM has words for', () => {
  const version = 'Policy document must be version 2012-10-17 or greater.'
  malformed(managed({ Statement: allow }), version)
  malformed(managed({ Version: '2008-10-17', Statement: allow }), version)
  const principal = 'Policy document should not specify a principal.'
  malformed(identity({ ...allow, Principal: '*' }), principal)
  malformed(identity({ ...allow, NotPrincipal: '*' }), principal)
  const actions = 'Policy statement must contain actions.'
  malformed(identity({ Effect: 'Allow', Resource: '*' }), actions)
  malformed(identity({ ...allow, Action: [] }), actions)
  const resources = 'Policy statement must contain resources.'
  malformed(identity({ Effect: 'Allow', Action: '*' }), resources)
  malformed(identity({ ...allow, Resource: [] }), resources)
  malformed(
    identity({ ...allow, Resource: ['*', 'bucket'] }),
    'Resource bucket must be in ARN format or "*".',
  )
  malformed(
    identity({ ...allow, Action: 'GetObject' }),
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  )
  malformed(
    identity({ ...allow, Action: 's3:Get:Object' }),
    'Actions/Condition can contain only one colon.',
  )
  malformed(
    identity([
      { ...allow, Sid: 'a' },
      { ...allow, Sid: 'a' },
    ]),
    'Statement IDs (SID) in a single policy must be unique.',
  )
  malformed(
    identity({ ...allow, Sid: 'a b' }),
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  )
})

test('trust policies that are in order', () => {
  for (const statement of [
    assume,
    [assume, { ...assume, Effect: 'Deny' }],
    { ...assume, Action: ['sts:AssumeRole', 'sts:TagSession', 'STS:setsourceidentity'] },
    { ...assume, Action: 'sts:*' },
    { ...assume, Action: '*' },
    { ...assume, Sid: 'with words', Condition: { StringEquals: { 'sts:ExternalId': 'x' } } },
    { Effect: 'Deny', NotPrincipal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' },
  ]) {
    trust(statement)()
  }
  for (const principal of [
    { AWS: '*' },
    { AWS: ['111111111111', 'arn:aws:iam::111111111111:root'] },
    { AWS: 'arn:aws-cn:sts::111111111111:assumed-role/r/s' },
    { AWS: 'AROAAAAAAAAAAAAAAAAAA' },
    { Service: ['lambda.amazonaws.com', 'ec2.amazonaws.com.cn'], AWS: '111111111111' },
    { Federated: 'cognito-identity.amazonaws.com' },
    { Federated: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com' },
    { CanonicalUser: '0'.repeat(64) },
  ]) {
    trust({ ...assume, Principal: principal })()
  }
  trustText(trustPolicy)()
  trustText({ Statement: assume, Id: 'x' })()
})

test('trust policies that are not', () => {
  const notJson = 'This policy contains invalid Json'
  for (const policy of ['', '{', 'null', '[]', '1', '{"Statement":[]}', '{"Statement":[1]}']) {
    malformed(trustText(policy), notJson)
  }
  malformed(trustText({}), 'Missing required field Statement')
  malformed(trustText({ Statement: assume, Comment: '' }), 'Unknown field Comment')
  malformed(
    trustText({ Statement: assume, Version: '2012' }),
    'The policy must contain a valid version string',
  )
  malformed(trust({ ...assume, Comment: '' }), 'Unknown field Comment')
  malformed(trust({ Principal: '*', Action: 'sts:AssumeRole' }), 'Missing required field Effect')
  malformed(trust({ ...assume, Effect: 'allow' }), 'Invalid effect: "allow"')
  malformed(trust({ ...assume, Resource: '*' }), 'Has prohibited field Resource')
  malformed(trust({ ...assume, NotResource: '*' }), 'Has prohibited field NotResource')
  malformed(
    trust({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
    'Missing required field Principal',
  )
  malformed(trust({ Effect: 'Allow', Principal: '*' }), 'Missing required field Action')
  malformed(trust({ ...assume, Action: [] }), 'Missing required field Action')
  malformed(trust({ ...assume, Action: 1 }), notJson)
  malformed(
    trust({ ...assume, Condition: 1 }),
    'Could not parse the policy: Condition is not an object of operators',
  )
  const actions = 'AssumeRole policy may only specify STS AssumeRole actions.'
  for (const action of ['s3:GetObject', 'sts:GetCallerIdentity', 'AssumeRole']) {
    malformed(trust({ ...assume, Action: ['sts:AssumeRole', action] }), actions)
  }
})

test('principals that are none', () => {
  const cases: readonly (readonly [principal: unknown, shown: string])[] = [
    ['x', '"x"'],
    [{}, '{}'],
    [['*'], '["*"]'],
    [{ AWS: 'me' }, '"AWS":"me"'],
    [{ AWS: ['*', 'arn:aws:iam::1:root'] }, '"AWS":"arn:aws:iam::1:root"'],
    [{ AWS: [] }, '"AWS":[]'],
    [{ AWS: { Ref: 'x' } }, '"AWS":{"Ref":"x"}'],
    [{ Service: 'lambda' }, '"SERVICE":"lambda"'],
    [{ Other: 'x' }, '"OTHER":"x"'],
    [{ constructor: 'x' }, '"CONSTRUCTOR":"x"'],
  ]
  for (const [principal, shown] of cases) {
    malformed(trust({ ...assume, Principal: principal }), `Invalid principal in policy: ${shown}`)
  }
})

test('whatever is given, it is in order or malformed', () => {
  const fields = ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'Condition', 'x']
  const value = fc.oneof(
    fc.constantFrom('Allow', '*', 'sts:AssumeRole', 'arn:', '__proto__'),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const statement = fc.dictionary(fc.constantFrom(...fields), value)
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ Version: fc.constant('2012-10-17'), Statement: statement }).map(textOf),
  )
  fc.assert(
    fc.property(text, fc.constantFrom('managed', 'inline', 'trust'), (document, kind) => {
      try {
        if (kind === 'trust') checkTrustPolicy(document)
        else checkIdentityPolicy(document, kind)
      } catch (error) {
        assert.ok(error instanceof ServiceError, String(error))
        assert.equal(error.code, 'MalformedPolicyDocument')
      }
    }),
    { numRuns: 2000 },
  )
})

test('characters are counted without white space', () => {
  assert.equal(policyCharacters(' {\t"a":\r\n"b c"} '), '{"a":"bc"}'.length)
  assert.equal(policyCharacters(policyOf(1234)), 1234)
  assert.equal(policyCharacters(trustPolicyOf(1234)), 1234)
})
