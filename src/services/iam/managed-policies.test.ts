/** Which managed policies there are to be had, and to be changed: the same for all operations on one policy. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { callsOf } from './call.test-kit.ts'
import { logsPolicy, makePolicy, newCaller, openIam, refused } from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())
const call = callsOf(iam)

/** What each operation wants beside the ARN. */
const changes = {
  CreatePolicyVersion: { PolicyDocument: logsPolicy },
  DeletePolicy: {},
  DeletePolicyVersion: { VersionId: 'v1' },
  SetDefaultPolicyVersion: { VersionId: 'v1' },
}
const all = {
  ...changes,
  GetPolicy: {},
  GetPolicyVersion: { VersionId: 'v1' },
  ListPolicyVersions: {},
}

describe('policies that are not there, or not where the ARN says', () => {
  for (const [operation, input] of Object.entries(all)) {
    test(operation, async () => {
      const caller = newCaller()
      const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
      for (const PolicyArn of [
        `arn:aws:iam::${caller.account}:policy/none`,
        own.replace('/x/', '/'),
      ]) {
        const words = `Policy ${PolicyArn} was not found.`
        await refused(
          () => call(operation, { ...input, PolicyArn }, caller),
          'NoSuchEntity',
          words,
          404,
        )
      }
      await refused(
        () => call(operation, { ...input, PolicyArn: 'not-an-arn-of-policy' }, caller),
        'InvalidInput',
        'ARN not-an-arn-of-policy is not valid.',
      )
    })
  }
})

describe("AWS's and other accounts' policies are not the caller's to change", () => {
  for (const [operation, input] of Object.entries(changes)) {
    test(operation, async () => {
      const caller = newCaller()
      const other = await makePolicy(iam, newCaller(), 'other')
      for (const PolicyArn of [other, 'arn:aws:iam::aws:policy/PowerUserAccess']) {
        await refused(
          () => call(operation, { ...input, PolicyArn }, caller),
          'AccessDenied',
          'Policy is outside your own account.',
          403,
        )
      }
    })
  }
})

describe('versions that the policy does not have', () => {
  const ofVersions = Object.entries(all).filter(([, input]) => 'VersionId' in input)
  assert.equal(ofVersions.length, 3)
  for (const [operation] of ofVersions) {
    test(operation, async () => {
      const caller = newCaller()
      const PolicyArn = await makePolicy(iam, caller, 'p')
      for (const VersionId of ['v2', 'v01', 'v1.a']) {
        await refused(
          () => call(operation, { PolicyArn, VersionId }, caller),
          'NoSuchEntity',
          `Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`,
          404,
        )
      }
    })
  }
})
