/** Tags of everything in IAM that can have them: added, removed and listed in the same way. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { ListRoleTagsResponse, Tag } from '@aws-sdk/client-iam'
import type { CallContext } from '../../kernel/operation.ts'
import { callsOf } from './call.test-kit.ts'
import {
  allPages,
  makeInstanceProfile,
  makeOidcProvider,
  makePolicy,
  makeRole,
  makeSamlProvider,
  makeUser,
  newCaller,
  openIam,
  refused,
} from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())
const call = callsOf(iam)

/** @param made what making one gives: its ARN @returns the value of `key` */
const byName = () => 'r'
const byArn = (made: string) => made

const kinds = [
  {
    kind: 'role',
    key: 'RoleName',
    make: makeRole,
    valueOf: byName,
    nobody: () => 'none',
    notThere: 'The role with name none cannot be found.',
    quota: 'TagsPerRole',
    tag: 'TagRole',
    untag: 'UntagRole',
    list: 'ListRoleTags',
  },
  {
    kind: 'user',
    key: 'UserName',
    make: makeUser,
    valueOf: byName,
    nobody: () => 'none',
    notThere: 'The user with name none cannot be found.',
    quota: 'TagsPerUser',
    tag: 'TagUser',
    untag: 'UntagUser',
    list: 'ListUserTags',
  },
  {
    kind: 'instance profile',
    key: 'InstanceProfileName',
    make: makeInstanceProfile,
    valueOf: byName,
    nobody: () => 'none',
    notThere: 'Instance Profile none cannot be found.',
    quota: 'TagsPerInstanceProfile',
    tag: 'TagInstanceProfile',
    untag: 'UntagInstanceProfile',
    list: 'ListInstanceProfileTags',
  },
  {
    kind: 'SAML provider',
    key: 'SAMLProviderArn',
    make: makeSamlProvider,
    valueOf: byArn,
    nobody: ({ account }: CallContext) => `arn:aws:iam::${account}:saml-provider/none`,
    notThere: 'Manifest not found for arn {arn}',
    quota: 'TagsPerSAMLProvider',
    tag: 'TagSAMLProvider',
    untag: 'UntagSAMLProvider',
    list: 'ListSAMLProviderTags',
  },
  {
    kind: 'OpenID Connect provider',
    key: 'OpenIDConnectProviderArn',
    make: makeOidcProvider,
    valueOf: byArn,
    nobody: ({ account }: CallContext) => `arn:aws:iam::${account}:oidc-provider/none`,
    notThere: 'OpenIDConnect Provider not found for arn {arn}',
    quota: 'TagsPerOpenIdConnectProvider',
    tag: 'TagOpenIDConnectProvider',
    untag: 'UntagOpenIDConnectProvider',
    list: 'ListOpenIDConnectProviderTags',
  },
  {
    kind: 'policy',
    key: 'PolicyArn',
    make: makePolicy,
    valueOf: byArn,
    nobody: ({ account }: CallContext) => `arn:aws:iam::${account}:policy/none`,
    notThere: 'Policy {arn} was not found.',
    quota: 'TagsPerPolicy',
    tag: 'TagPolicy',
    untag: 'UntagPolicy',
    list: 'ListPolicyTags',
  },
] as const

const tagsOf = (...keys: readonly string[]): Tag[] => keys.map((Key) => ({ Key, Value: 'v' }))
const first = [
  { Key: 'Test', Value: '1' },
  { Key: 'other', Value: '' },
]

for (const { kind, key, make, valueOf, nobody, notThere, quota, tag, untag, list } of kinds) {
  /** @returns the caller, and the request's member that names what was made. */
  const newTagged = async (Tags: Tag[]): Promise<[CallContext, object]> => {
    const caller = newCaller()
    return [caller, { [key]: valueOf(await make(iam, caller, 'r', { Tags })) }]
  }
  const listed = (named: object, caller: CallContext) =>
    call<ListRoleTagsResponse>(list, named, caller)
  const refusedOfNobody = async (operation: string, input: object): Promise<void> => {
    const caller = newCaller()
    const none = nobody(caller)
    const words = notThere.replace('{arn}', none)
    await refused(
      () => call(operation, { [key]: none, ...input }, caller),
      'NoSuchEntity',
      words,
      404,
    )
  }

  describe(`tags of a ${kind}`, () => {
    test('are added, and take the place of a key whatever its case', async () => {
      const [caller, named] = await newTagged(first)
      const Tags = [
        { Key: 'test', Value: '2' },
        { Key: 'more', Value: '3' },
      ]
      assert.deepEqual(await call(tag, { ...named, Tags }, caller), {})
      assert.deepEqual((await listed(named, caller)).Tags, [
        { Key: 'more', Value: '3' },
        { Key: 'other', Value: '' },
        { Key: 'test', Value: '2' },
      ])
    })

    test('are refused with the same key twice, and when they are more than 50 in the end', async () => {
      const [caller, named] = await newTagged(first)
      const add = (...keys: string[]) => call(tag, { ...named, Tags: tagsOf(...keys) }, caller)
      await refused(
        () => add('a', 'A'),
        'InvalidInput',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
      const more = Array.from({ length: 49 }, (_, index) => `k${index}`)
      const words = `Cannot exceed quota for ${quota}: 50`
      await refused(() => add(...more), 'LimitExceeded', words, 409)
      await add('TEST', ...more.slice(1))
    })

    test('are removed whatever the case of their keys; others are ignored', async () => {
      const [caller, named] = await newTagged(tagsOf('a', 'b', 'c'))
      const TagKeys = ['A', 'c', 'none']
      assert.deepEqual(await call(untag, { ...named, TagKeys }, caller), {})
      assert.deepEqual((await listed(named, caller)).Tags, tagsOf('b'))
    })

    const long = 'x'.repeat(120)
    const unsorted = tagsOf('b', 'a', `${long}c`, `${long}d`)

    test('are listed by key, in pages', async () => {
      const [caller, named] = await newTagged(unsorted)
      for (const MaxItems of [1, 3, 4]) {
        const pages = await allPages(
          (Marker) => listed({ ...named, MaxItems, Marker }, caller),
          (answer) => answer.Tags ?? [],
        )
        assert.deepEqual(
          pages.flat().map(({ Key }) => Key),
          ['a', 'b', `${long}c`, `${long}d`],
        )
        assert.equal(pages[0]?.length, MaxItems)
      }
    })

    test('are not listed after a marker that is none', async () => {
      const [caller, named] = await newTagged(unsorted)
      for (const Marker of ['x', Buffer.from('tags:x').toString('base64url')]) {
        await refused(
          () => listed({ ...named, Marker }, caller),
          'ValidationError',
          'Invalid Marker.',
        )
      }
    })

    test('are not to be had of one that is not there', async () => {
      await refusedOfNobody(tag, { Tags: first })
      await refusedOfNobody(untag, { TagKeys: ['a'] })
      await refusedOfNobody(list, {})
    })
  })
}
