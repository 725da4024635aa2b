/** Meanings: "AWS JSON policy elements: Condition operators" and "Multivalued context keys", IAM User Guide. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { type Conditions, isSatisfied } from './conditions.ts'

const context = new Map<string, string | readonly string[]>([
  ['aws:username', 'ann'],
  ['sts:externalid', 'X-1'],
  ['aws:principalarn', 'arn:aws:iam::111122223333:user/ann'],
  ['aws:currenttime', '2026-01-02T03:04:05Z'],
  ['aws:epochtime', '1767323045'],
  ['aws:securetransport', 'false'],
  ['aws:tagkeys', ['team', 'cost']],
])

const cases: readonly [satisfied: boolean | undefined, Conditions][] = [
  [true, {}],
  [true, { StringEquals: { 'sts:ExternalId': 'X-1' } }],
  [true, { StringEquals: { 'STS:EXTERNALID': ['other', 'X-1'] } }],
  [false, { StringEquals: { 'sts:ExternalId': 'x-1' } }],
  [true, { StringEqualsIgnoreCase: { 'sts:ExternalId': 'x-1' } }],
  [false, { StringNotEquals: { 'sts:ExternalId': ['other', 'X-1'] } }],
  [true, { StringNotEquals: { 'sts:ExternalId': ['other', 'another'] } }],
  [true, { StringLike: { 'sts:ExternalId': 'X-?' } }],
  [false, { StringNotLike: { 'sts:ExternalId': 'X*' } }],
  [true, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } }],
  [true, { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:user/bob' } }],
  [true, { Bool: { 'aws:SecureTransport': false } }],
  [false, { Bool: { 'aws:SecureTransport': 'true' } }],
  [true, { NumericLessThanEquals: { 'aws:EpochTime': 1_767_323_045 } }],
  [false, { NumericGreaterThan: { 'aws:EpochTime': '1767323045' } }],
  [true, { NumericNotEquals: { 'aws:EpochTime': 1 } }],
  [true, { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }],
  [true, { DateLessThan: { 'aws:CurrentTime': '1767323046' } }],
  [false, { DateEquals: { 'aws:CurrentTime': '2026-01-01' } }],
  // All operators and keys together.
  [false, { StringEquals: { 'sts:ExternalId': 'X-1', 'aws:username': 'bob' } }],
  [false, { StringEquals: { 'sts:ExternalId': 'X-1' }, StringLike: { 'aws:username': 'b*' } }],
  // A key that the request does not have.
  [false, { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }],
  [true, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }],
  [true, { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }],
  [false, { StringEqualsIfExists: { 'aws:username': 'bob' } }],
  [true, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }],
  [true, { Null: { 'aws:PrincipalOrgID': 'true' } }],
  [false, { Null: { 'aws:username': true } }],
  [true, { Null: { 'aws:username': false } }],
  // Several values.
  [true, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'cost', 'other'] } }],
  [false, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }],
  [true, { 'ForAllValues:StringEquals': { 'aws:PrincipalOrgPaths': 'x' } }],
  [true, { 'ForAnyValue:StringLike': { 'aws:TagKeys': 'co*' } }],
  [false, { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'other' } }],
  [false, { 'ForAnyValue:StringEquals': { 'aws:PrincipalOrgPaths': 'x' } }],
  // Variables.
  [true, { StringEquals: { 'aws:username': '${aws:username}' } }],
  [true, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:user/${aws:UserName}' } }],
  [false, { StringLike: { 'aws:username': '*${aws:PrincipalTag/team}' } }],
  [true, { StringEquals: { 'aws:username': "${aws:PrincipalTag/team, 'ann'}" } }],
  // What cannot be read.
  [undefined, { IpAddress: { 'aws:username': '10.0.0.0/8' } }],
  [undefined, { StringResembles: { 'aws:username': 'ann' } }],
  [undefined, { NumericEquals: { 'aws:username': 1 } }],
  [undefined, { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } }],
  [undefined, { constructor: { 'aws:username': 'ann' } }],
  [false, { StringResembles: { 'aws:username': 'ann' }, Bool: { 'aws:SecureTransport': true } }],
]

for (const [satisfied, conditions] of cases) {
  test(`${JSON.stringify(conditions)}: ${satisfied}`, () => {
    assert.equal(isSatisfied(conditions, context), satisfied)
  })
}

test('a negated operator is the opposite wherever the key is there', () => {
  const value = fc.string({ unit: fc.constantFrom('a', 'n', 'A'), maxLength: 3 })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (wanted) => {
      for (const operator of ['Equals', 'EqualsIgnoreCase', 'Like']) {
        const positive = isSatisfied({ [`String${operator}`]: { 'aws:username': wanted } }, context)
        const negated = isSatisfied(
          { [`StringNot${operator}`]: { 'aws:username': wanted } },
          context,
        )
        assert.equal(negated, !positive)
      }
    }),
  )
})
