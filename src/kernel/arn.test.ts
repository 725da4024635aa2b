import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { functionArn, parseArn, partitionOf, scopeOf } from './arn.ts'

it('reads what it writes, in every partition', () => {
  const regions = { 'eu-west-1': 'aws', 'cn-north-1': 'aws-cn', 'us-gov-west-1': 'aws-us-gov' }
  for (const [region, partition] of Object.entries(regions)) {
    assert.equal(partitionOf(region), partition)
    const arn = functionArn(scopeOf('123456789012', region), 'f')
    assert.equal(arn, `arn:${partition}:lambda:${region}:123456789012:function:f`)
    const resource = 'function:f'
    const account = '123456789012'
    assert.deepEqual(parseArn(arn), { partition, service: 'lambda', region, account, resource })
  }
})

it('keeps the resource as it is, and regions and accounts that are empty', () => {
  assert.deepEqual(parseArn('arn:aws:s3:::bucket/a:b::c'), {
    partition: 'aws',
    service: 's3',
    region: '',
    account: '',
    resource: 'bucket/a:b::c',
  })
})

it('knows what is none', () => {
  for (const text of [
    '',
    'arn',
    'arn:aws:lambda:eu-west-1:1',
    'ARN:aws:s3:::b',
    'arn::s3:::b',
    'arn:aws::::b',
    'f',
  ]) {
    assert.equal(parseArn(text), undefined, text)
  }
})

it('loses nothing of any text that it reads', () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.string()).map((parts) => ['arn', ...parts].join(':')),
  )
  fc.assert(
    fc.property(text, (given) => {
      const arn = parseArn(given)
      if (arn === undefined) return
      const { partition, service, region, account, resource } = arn
      assert.equal(['arn', partition, service, region, account, resource].join(':'), given)
    }),
  )
})
