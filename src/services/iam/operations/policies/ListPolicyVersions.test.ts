import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  allPages,
  logsPolicy,
  makePolicy,
  newCaller,
  openIam,
  refused,
} from '../../test-support.ts'
import { CreatePolicyVersion } from './CreatePolicyVersion.ts'
import { ListPolicyVersions } from './ListPolicyVersions.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the newest first, in pages, without documents', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  for (const SetAsDefault of [true, false]) {
    const input = { PolicyArn, PolicyDocument: logsPolicy, SetAsDefault }
    await CreatePolicyVersion(iam)(input, caller)
  }
  const CreateDate = new Date('2026-01-02T03:04:05Z')
  for (const MaxItems of [1, 2, 3]) {
    const pages = await allPages(
      (Marker) => ListPolicyVersions(iam)({ PolicyArn, MaxItems, Marker }, caller),
      (answer) => answer.Versions ?? [],
    )
    assert.deepEqual(pages.flat(), [
      { VersionId: 'v3', IsDefaultVersion: false, CreateDate },
      { VersionId: 'v2', IsDefaultVersion: true, CreateDate },
      { VersionId: 'v1', IsDefaultVersion: false, CreateDate },
    ])
    assert.equal(pages.length, Math.ceil(3 / MaxItems))
  }
})

test('a marker that is none is refused', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  for (const Marker of ['x', Buffer.from('versions:v1').toString('base64url')]) {
    await refused(
      () => ListPolicyVersions(iam)({ PolicyArn, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
})

test("of Lambda's own the version in effect alone", async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole'
  const { Versions: versions } = await ListPolicyVersions(iam)({ PolicyArn }, newCaller())
  assert.deepEqual(
    versions?.map((version) => [version.VersionId, version.IsDefaultVersion]),
    [['v2', true]],
  )
})
