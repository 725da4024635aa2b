/** Policies that are a role's, a user's or a group's own: put, got, deleted and listed in the same way. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { GetRolePolicyResponse, ListRolePoliciesResponse } from '@aws-sdk/client-iam'
import type { CallContext } from '../../kernel/operation.ts'
import { callsOf } from './call.test-kit.ts'
import {
  allPages,
  logsPolicy,
  makeGroup,
  makeRole,
  makeUser,
  newCaller,
  openIam,
  policyOf,
  refused,
} from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())
const call = callsOf(iam)

/** What all of a holder's together may have differs (docs: IAM quotas). */
const holders = [
  {
    kind: 'role',
    key: 'RoleName',
    make: makeRole,
    charactersMax: 10_240,
    put: 'PutRolePolicy',
    get: 'GetRolePolicy',
    remove: 'DeleteRolePolicy',
    list: 'ListRolePolicies',
  },
  {
    kind: 'user',
    key: 'UserName',
    make: makeUser,
    charactersMax: 2048,
    put: 'PutUserPolicy',
    get: 'GetUserPolicy',
    remove: 'DeleteUserPolicy',
    list: 'ListUserPolicies',
  },
  {
    kind: 'group',
    key: 'GroupName',
    make: makeGroup,
    charactersMax: 5120,
    put: 'PutGroupPolicy',
    get: 'GetGroupPolicy',
    remove: 'DeleteGroupPolicy',
    list: 'ListGroupPolicies',
  },
] as const
type HolderCase = (typeof holders)[number]

/** @param name of the holder that the calls are about unless told */
function setUp({ kind, key, make, put, get, remove, list }: HolderCase, name = 'r') {
  const named = { [key]: name }
  return {
    nobody: { [key]: 'none' },
    newHolder: async (): Promise<CallContext> => {
      const caller = newCaller()
      await make(iam, caller, name)
      return caller
    },
    put: (PolicyName: string, PolicyDocument: string, caller: CallContext, of: object = named) =>
      call(put, { ...of, PolicyName, PolicyDocument }, caller),
    get: (PolicyName: string, caller: CallContext, of: object = named) =>
      call<GetRolePolicyResponse>(get, { ...of, PolicyName }, caller),
    remove: (PolicyName: string, caller: CallContext, of: object = named) =>
      call(remove, { ...of, PolicyName }, caller),
    list: (caller: CallContext, more: object = {}) =>
      call<ListRolePoliciesResponse>(list, { ...named, ...more }, caller),
    notThere: (run: () => unknown) =>
      refused(run, 'NoSuchEntity', `The ${kind} with name none cannot be found.`, 404),
  }
}

for (const holder of holders) {
  const { kind, key, make, charactersMax } = holder
  const { nobody, newHolder, put, get, remove, list, notThere } = setUp(holder)

  describe(`putting a policy of a ${kind}`, () => {
    test('adds it, or takes the place of one with the name', async () => {
      const caller = await newHolder()
      assert.deepEqual(await put('p', logsPolicy, caller), {})
      const other = ` ${logsPolicy.replace('logs:*', 's3:*')}\n`
      await put('p', other, caller)
      const { PolicyDocument: document } = await get('p', caller)
      assert.equal(decodeURIComponent(document ?? ''), other)
    })

    test('takes a document of the older language, and none that is none', async () => {
      const caller = await newHolder()
      const old = '{"Statement":{"Effect":"Deny","NotAction":"s3:*","NotResource":"*"}}'
      await put('old', old, caller)
      await refused(
        () => put('p', 'null', caller),
        'MalformedPolicyDocument',
        'Syntax errors in policy.',
      )
    })

    test(`takes ${charactersMax} characters in all; a replaced one does not count`, async () => {
      const caller = await newHolder()
      const putOf = (name: string, characters: number) => put(name, policyOf(characters), caller)
      await putOf('a', charactersMax - 240)
      await refused(
        () => putOf('b', 241),
        'LimitExceeded',
        `Maximum policy size of ${charactersMax} bytes exceeded for ${kind} r`,
        409,
      )
      await putOf('b', 240)
      await putOf('a', charactersMax - 1240)
      await putOf('c', 1000)
      await make(iam, caller, 'other')
      await put('a', policyOf(charactersMax), caller, { [key]: 'other' })
    })

    test('of one that is not there is refused', () =>
      notThere(() => put('p', logsPolicy, newCaller(), nobody)))
  })

  describe(`getting a policy of a ${kind}`, () => {
    test('shows the document URL-encoded, under the names as they were given', async () => {
      const reader = setUp(holder, 'Reader')
      const caller = await reader.newHolder()
      await reader.put('p', logsPolicy, caller)
      assert.deepEqual(await reader.get('p', caller, { [key]: 'reader' }), {
        [key]: 'Reader',
        PolicyName: 'p',
        PolicyDocument: encodeURIComponent(logsPolicy).replaceAll('*', '%2A'),
      })
    })

    test('that it does not have is refused', async () => {
      const caller = await newHolder()
      const words = `The ${kind} policy with name none cannot be found.`
      await refused(() => get('none', caller), 'NoSuchEntity', words, 404)
    })

    test('of one that is not there is refused', () => notThere(() => get('p', newCaller(), nobody)))
  })

  describe(`deleting a policy of a ${kind}`, () => {
    test('works once; then it does not have it', async () => {
      const caller = await newHolder()
      for (const name of ['p', 'q']) await put(name, logsPolicy, caller)
      assert.deepEqual(await remove('p', caller), {})
      const words = `The ${kind} policy with name p cannot be found.`
      await refused(() => remove('p', caller), 'NoSuchEntity', words, 404)
      assert.deepEqual((await list(caller)).PolicyNames, ['q'])
    })

    test('of one that is not there is refused', () =>
      notThere(() => remove('p', newCaller(), nobody)))
  })

  describe(`policies of a ${kind}`, () => {
    test('are listed when they are its own, sorted, in pages', async () => {
      const caller = await newHolder()
      await make(iam, caller, 'other')
      for (const name of ['c', 'a', 'b']) await put(name, logsPolicy, caller)
      for (const MaxItems of [1, 2, 3]) {
        const pages = await allPages(
          (Marker) => list(caller, { MaxItems, Marker }),
          (answer) => answer.PolicyNames ?? [],
        )
        assert.deepEqual(pages.flat(), ['a', 'b', 'c'])
        assert.equal(pages.length, Math.ceil(3 / MaxItems))
      }
      assert.deepEqual(await list(caller, { [key]: 'other' }), {
        PolicyNames: [],
        IsTruncated: false,
      })
    })

    test('are not listed of one that is not there', () => notThere(() => list(newCaller(), nobody)))
  })
}
