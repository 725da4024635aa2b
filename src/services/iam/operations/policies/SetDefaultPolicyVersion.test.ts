import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makePolicy, newCaller, openIam } from '../../test-support.ts'
import { CreatePolicyVersion } from './CreatePolicyVersion.ts'
import { GetPolicy } from './GetPolicy.ts'
import { SetDefaultPolicyVersion } from './SetDefaultPolicyVersion.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('puts a version in effect', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  await CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument: logsPolicy }, caller)
  const input = { PolicyArn, VersionId: 'v2' }
  assert.deepEqual(await SetDefaultPolicyVersion(iam)(input, caller), {})
  const { Policy: policy } = await GetPolicy(iam)({ PolicyArn }, caller)
  assert.equal(policy?.DefaultVersionId, 'v2')
})
