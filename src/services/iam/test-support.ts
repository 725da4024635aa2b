/** An IAM on a store of its own, for the tests beside the operations. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type {
  CreateGroupRequest,
  CreateInstanceProfileRequest,
  CreateOpenIDConnectProviderRequest,
  CreatePolicyRequest,
  CreateRoleRequest,
  CreateSAMLProviderRequest,
  CreateUserRequest,
} from '@aws-sdk/client-iam'
import { Credentials, SecretBox, accessMigrations } from '../../access/index.ts'
import type { AccountId, Region, RequestId } from '../../kernel/brand.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { Lifecycle } from '../../kernel/lifecycle.ts'
import { silentLog } from '../../kernel/log.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import type { IamDeps } from './iam-deps.ts'
import { migrations } from './index.ts'
import { CreateGroup } from './operations/groups/CreateGroup.ts'
import { CreateInstanceProfile } from './operations/instance-profiles/CreateInstanceProfile.ts'
import { CreatePolicy } from './operations/policies/CreatePolicy.ts'
import { CreateOpenIDConnectProvider } from './operations/providers/CreateOpenIDConnectProvider.ts'
import { CreateSAMLProvider } from './operations/providers/CreateSAMLProvider.ts'
import { CreateRole } from './operations/roles/CreateRole.ts'
import { CreateUser } from './operations/users/CreateUser.ts'

export class FakeClock implements Clock {
  /** 2026-01-02T03:04:05.678Z */
  now = 1_767_323_045_678
  nowMs(): number {
    return this.now
  }
  monotonicMs(): number {
    return this.now
  }
  after(): never {
    throw new Error('IAM waits for nothing')
  }
}

export interface TestIam extends AsyncDisposable, IamDeps {
  readonly clock: FakeClock
}

export async function openIam(): Promise<TestIam> {
  const lifecycle = new Lifecycle()
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-iam-'))
  lifecycle.onEnd(() => rm(directory, { recursive: true }))
  const store = lifecycle.own(
    await openSqliteStore({
      file: path.join(directory, 'lambdad.db'),
      migrations: [...accessMigrations, ...migrations],
      clock: systemClock,
      log: silentLog,
    }),
  )
  const clock = new FakeClock()
  const box = new SecretBox(Buffer.alloc(32, 1))
  return {
    store,
    clock,
    credentials: new Credentials(store, box, clock),
    [Symbol.asyncDispose]: () => lifecycle[Symbol.asyncDispose](),
  }
}

let accounts = 0

/** A caller in an account that no other test has. */
export function newCaller(region = 'eu-west-1'): CallContext {
  accounts += 1
  const account = String(accounts).padStart(12, '0') as AccountId
  return {
    account,
    region: region as Region,
    principal: {
      account,
      arn: `arn:aws:iam::${account}:root`,
      userId: account,
      accessKeyId: account,
    },
    requestId: '00000000-0000-0000-0000-000000000000' as RequestId,
    endpoint: 'http://127.0.0.1:4566',
    headers: {},
  }
}

/** The call must be refused with exactly this. */
export async function refused(
  call: () => unknown,
  code: string,
  message: string,
  status = 400,
): Promise<void> {
  await assert.rejects(
    async () => {
      await call()
    },
    (error: unknown) => {
      assert.ok(error instanceof ServiceError, String(error))
      const { code: actualCode, message: actualMessage, status: actualStatus } = error
      assert.deepEqual(
        { code: actualCode, message: actualMessage, status: actualStatus },
        { code, message, status },
      )
      return true
    },
  )
}

export const trustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
})

export const logsPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['logs:*'], Resource: 'arn:aws:logs:*:*:*' }],
})

/** A valid policy of so many characters, as quotas count them. */
export function policyOf(characters: number): string {
  const make = (filling: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: '*', Resource: `arn:${filling}` },
    })
  return make('x'.repeat(characters - make('').length))
}

/** The same for trust policies. */
export function trustPolicyOf(characters: number): string {
  const make = (filling: string) =>
    JSON.stringify({
      Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Sid: filling },
    })
  return make('x'.repeat(characters - make('').length))
}

/** All pages of a list, each page's items as `pick` gives them. */
export async function allPages<Answer extends { IsTruncated?: boolean; Marker?: string }, Item>(
  call: (marker: string | undefined) => Promise<Answer> | Answer,
  pick: (answer: Answer) => readonly Item[],
): Promise<Item[][]> {
  const pages: Item[][] = []
  let marker: string | undefined
  do {
    const answer = await call(marker)
    pages.push([...pick(answer)])
    assert.equal(answer.IsTruncated, answer.Marker !== undefined)
    marker = answer.Marker
  } while (marker !== undefined)
  return pages
}

/** @returns its ARN. */
export async function makeRole(
  iam: IamDeps,
  caller: CallContext,
  name: string,
  more: Partial<CreateRoleRequest> = {},
): Promise<string> {
  const input = { RoleName: name, AssumeRolePolicyDocument: trustPolicy, ...more }
  const { Role: role } = await CreateRole(iam)(input, caller)
  return role?.Arn as string
}

/** @returns its ARN. */
export async function makePolicy(
  iam: IamDeps,
  caller: CallContext,
  name: string,
  more: Partial<CreatePolicyRequest> = {},
): Promise<string> {
  const input = { PolicyName: name, PolicyDocument: logsPolicy, ...more }
  const { Policy: policy } = await CreatePolicy(iam)(input, caller)
  return policy?.Arn as string
}

/** @returns its ARN. */
export async function makeUser(
  iam: IamDeps,
  caller: CallContext,
  name: string,
  more: Partial<CreateUserRequest> = {},
): Promise<string> {
  const { User: user } = await CreateUser(iam)({ UserName: name, ...more }, caller)
  return user?.Arn as string
}

/** @returns its ARN. */
export async function makeGroup(
  iam: IamDeps,
  caller: CallContext,
  name: string,
  more: Partial<CreateGroupRequest> = {},
): Promise<string> {
  const { Group: group } = await CreateGroup(iam)({ GroupName: name, ...more }, caller)
  return group?.Arn as string
}

/** @returns its ARN. */
export async function makeInstanceProfile(
  iam: IamDeps,
  caller: CallContext,
  name: string,
  more: Partial<CreateInstanceProfileRequest> = {},
): Promise<string> {
  const input = { InstanceProfileName: name, ...more }
  const { InstanceProfile: profile } = await CreateInstanceProfile(iam)(input, caller)
  return profile?.Arn as string
}

/** @returns its ARN. */
export async function makeOidcProvider(
  iam: IamDeps,
  caller: CallContext,
  host: string,
  more: Partial<CreateOpenIDConnectProviderRequest> = {},
): Promise<string> {
  const input = { Url: `https://${host}`, ...more }
  const { OpenIDConnectProviderArn: arn } = await CreateOpenIDConnectProvider(iam)(input, caller)
  return arn as string
}

/** Metadata of a SAML identity provider, as short as the model allows. */
export const samlMetadata = `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">
${'<!-- -->'.repeat(110)}</md:EntityDescriptor>`

/** @returns its ARN. */
export async function makeSamlProvider(
  iam: IamDeps,
  caller: CallContext,
  name: string,
  more: Partial<CreateSAMLProviderRequest> = {},
): Promise<string> {
  const input = { Name: name, SAMLMetadataDocument: samlMetadata, ...more }
  const { SAMLProviderArn: arn } = await CreateSAMLProvider(iam)(input, caller)
  return arn as string
}

/** The same caller as somebody other than the root user. */
export function asUser(caller: CallContext, arn: string): CallContext {
  return { ...caller, principal: { ...caller.principal, arn, userId: 'AIDATEST' } }
}
