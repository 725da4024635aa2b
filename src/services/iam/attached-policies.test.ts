/** Managed policies of roles, users and groups: attached, detached and listed in the same way. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { ListAttachedRolePoliciesResponse } from '@aws-sdk/client-iam'
import type { CallContext } from '../../kernel/operation.ts'
import { callsOf } from './call.test-kit.ts'
import {
  allPages,
  makeGroup,
  makePolicy,
  makeRole,
  makeUser,
  newCaller,
  openIam,
  refused,
} from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())
const call = callsOf(iam)

const holders = [
  {
    kind: 'role',
    key: 'RoleName',
    make: makeRole,
    quota: 'PoliciesPerRole',
    attach: 'AttachRolePolicy',
    detach: 'DetachRolePolicy',
    list: 'ListAttachedRolePolicies',
  },
  {
    kind: 'user',
    key: 'UserName',
    make: makeUser,
    quota: 'PoliciesPerUser',
    attach: 'AttachUserPolicy',
    detach: 'DetachUserPolicy',
    list: 'ListAttachedUserPolicies',
  },
  {
    kind: 'group',
    key: 'GroupName',
    make: makeGroup,
    quota: 'PoliciesPerGroup',
    attach: 'AttachGroupPolicy',
    detach: 'DetachGroupPolicy',
    list: 'ListAttachedGroupPolicies',
  },
] as const
type HolderCase = (typeof holders)[number]

const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

function setUp({ kind, key, make, attach, detach, list }: HolderCase) {
  const named = { [key]: 'r' }
  const nobody = { [key]: 'none' }
  return {
    named,
    nobody,
    newHolder: async (): Promise<CallContext> => {
      const caller = newCaller()
      await make(iam, caller, 'r')
      return caller
    },
    attach: (PolicyArn: string | undefined, caller: CallContext, of: object = named) =>
      call(attach, { ...of, PolicyArn }, caller),
    detach: (PolicyArn: string | undefined, caller: CallContext, of: object = named) =>
      call(detach, { ...of, PolicyArn }, caller),
    list: (caller: CallContext, more: object = {}) =>
      call<ListAttachedRolePoliciesResponse>(list, { ...named, ...more }, caller),
    notThere: (run: () => unknown) =>
      refused(run, 'NoSuchEntity', `The ${kind} with name none cannot be found.`, 404),
  }
}

for (const holder of holders) {
  const { kind, key, quota } = holder
  const { nobody, newHolder, attach, detach, list, notThere } = setUp(holder)

  const attachedTo = async (caller: CallContext) =>
    (await list(caller)).AttachedPolicies?.map((policy) => policy.PolicyArn)

  describe(`attaching to a ${kind}`, () => {
    test("AWS managed policies and the account's own; twice is once", async () => {
      const caller = await newHolder()
      const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
      const execute = 'arn:aws:iam::aws:policy/AWSLambdaExecute'
      for (const arn of [own, basic, execute, own]) assert.deepEqual(await attach(arn, caller), {})
      assert.deepEqual(await attachedTo(caller), [own, basic, execute])
    })

    test('policies that are not there, or not where the ARN says', async () => {
      const caller = await newHolder()
      const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
      for (const arn of [
        `arn:aws:iam::${caller.account}:policy/none`,
        own.replace('/x/', '/'),
        own.replace(caller.account, newCaller().account),
        basic.replace('arn:aws:', 'arn:aws-cn:'),
        // Observed, both.
        basic.replace('service-role/', ''),
        'arn:aws:iam::aws:policy/AWSLambdaFullAccess',
      ]) {
        const words = `Policy ${arn} does not exist or is not attachable.`
        await refused(() => attach(arn, caller), 'NoSuchEntity', words, 404)
      }
      assert.deepEqual(await attachedTo(caller), [])
    })

    test('what is no ARN of a policy', async () => {
      const caller = await newHolder()
      for (const arn of [
        'AWSLambdaBasicExecutionRole',
        'arn:aws:iam::aws:role/service-role/x',
        'arn:aws:iam::aws:policy/',
        'arn:aws:iam::amazon:policy/x',
        'arn:aws:iam:eu-west-1:aws:policy/x',
        'arn:aws:lambda::aws:policy/x',
      ]) {
        await refused(() => attach(arn, caller), 'InvalidInput', `ARN ${arn} is not valid.`)
      }
    })

    test("policies of AWS's service-linked roles", async () => {
      const caller = await newHolder()
      await refused(
        () => attach('arn:aws:iam::aws:policy/aws-service-role/AWSLambdaReplicator', caller),
        'PolicyNotAttachable',
        'Cannot attach a Service Role Policy to a Customer Role.',
      )
    })

    test('ten each; one that is attached already is no eleventh', async () => {
      const caller = await newHolder()
      const attachNext = (index: number) => attach(`arn:aws:iam::aws:policy/P${index}`, caller)
      for (let index = 0; index < 10; index += 1) await attachNext(index)
      await attachNext(3)
      const words = `Cannot exceed quota for ${quota}: 10`
      await refused(() => attachNext(10), 'LimitExceeded', words, 409)
    })

    test('one that is not there', () => notThere(() => attach(basic, newCaller(), nobody)))
  })

  describe(`detaching from a ${kind}`, () => {
    test('once; then it does not have the policy', async () => {
      const caller = await newHolder()
      const arn = await makePolicy(iam, caller, 'own')
      await attach(arn, caller)
      assert.deepEqual(await detach(arn, caller, { [key]: 'R' }), {})
      const words = `Policy ${arn} was not found.`
      await refused(() => detach(arn, caller), 'NoSuchEntity', words, 404)
    })

    test('the order of the others stays, and a policy attached again comes last', async () => {
      const caller = await newHolder()
      const arns = ['A', 'B', 'C'].map((name) => `arn:aws:iam::aws:policy/${name}`)
      for (const arn of arns) await attach(arn, caller)
      const [first, second] = arns
      await detach(second, caller)
      await detach(first, caller)
      await attach(first, caller)
      const { AttachedPolicies: attached } = await list(caller)
      assert.deepEqual(
        attached?.map((policy) => policy.PolicyName),
        ['C', 'A'],
      )
    })

    test('names and ARNs that are none', async () => {
      await notThere(() => detach('arn:aws:iam::aws:policy/X', newCaller(), nobody))
      const caller = await newHolder()
      await refused(
        () => detach('arn:aws:iam::aws:user/X', caller),
        'InvalidInput',
        'ARN arn:aws:iam::aws:user/X is not valid.',
      )
    })
  })

  describe(`policies attached to a ${kind}`, () => {
    test('are listed in the order of attaching, in pages, by path', async () => {
      const caller = await newHolder()
      const names = ['C', 'a', 'B', 'service-role/D', 'service-role/E']
      const arns = names.map((name) => `arn:aws:iam::aws:policy/${name}`)
      for (const arn of arns) await attach(arn, caller)
      for (const MaxItems of [1, 2, 5, 6]) {
        const pages = await allPages(
          (Marker) => list(caller, { MaxItems, Marker }),
          (answer) => answer.AttachedPolicies ?? [],
        )
        assert.deepEqual(
          pages.flat(),
          ['C', 'a', 'B', 'D', 'E'].map((PolicyName, index) => ({
            PolicyName,
            PolicyArn: arns[index],
          })),
        )
        assert.equal(pages.length, Math.ceil(5 / MaxItems))
      }
      const PathPrefix = '/service-role/'
      const ofPath = await allPages(
        (Marker) => list(caller, { PathPrefix, MaxItems: 1, Marker }),
        (answer) => answer.AttachedPolicies ?? [],
      )
      assert.deepEqual(
        ofPath.flat().map((policy) => policy.PolicyName),
        ['D', 'E'],
      )
    })

    test('are not listed by markers and names that are none', async () => {
      const caller = await newHolder()
      for (const Marker of ['x', Buffer.from('attached:-1').toString('base64url')]) {
        await refused(() => list(caller, { Marker }), 'ValidationError', 'Invalid Marker.')
      }
      await notThere(() => list(caller, nobody))
    })
  })
}
