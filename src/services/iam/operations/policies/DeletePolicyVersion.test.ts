import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makePolicy, newCaller, openIam, refused } from '../../test-support.ts'
import { CreatePolicyVersion } from './CreatePolicyVersion.ts'
import { DeletePolicyVersion } from './DeletePolicyVersion.ts'
import { ListPolicyVersions } from './ListPolicyVersions.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('any but the one in effect', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  const input = { PolicyArn, PolicyDocument: logsPolicy, SetAsDefault: true }
  await CreatePolicyVersion(iam)(input, caller)
  await refused(
    () => DeletePolicyVersion(iam)({ PolicyArn, VersionId: 'v2' }, caller),
    'DeleteConflict',
    'Cannot delete the default version of a policy.',
    409,
  )
  assert.deepEqual(await DeletePolicyVersion(iam)({ PolicyArn, VersionId: 'v1' }, caller), {})
  const { Versions: versions } = await ListPolicyVersions(iam)({ PolicyArn }, caller)
  assert.deepEqual(
    versions?.map((version) => version.VersionId),
    ['v2'],
  )
})
