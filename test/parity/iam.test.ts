/**
 * What a deploy tool does around a function, through real clients: roles, policies, instance profiles, users and
 * their keys, and credentials for a while that really open the door with `--auth on`. No function runs here.
 * Read next: iam-walk.py, the same walk through boto3.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListPolicyVersionsCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAccessKeyCommand,
  paginateListAttachedRolePolicies,
  paginateListRoles,
  waitUntilInstanceProfileExists,
  waitUntilPolicyExists,
  waitUntilRoleExists,
  waitUntilUserExists,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  type Credentials as StsCredentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { AwsCli, noAwsCli } from '../kit/aws-cli.ts'
import { patience } from '../kit/deploy.ts'
import { type TestServer, startTestServer } from '../kit/server.ts'

const account = '000000000000'
const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }],
})
const trust = (principal: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  })

interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

function clients(url: string, credentials: Key) {
  const config = { endpoint: url, region: 'us-east-1', maxAttempts: 1, credentials }
  return { iam: new IAMClient(config), sts: new STSClient(config) }
}

function keyOf(credentials: StsCredentials | undefined): Key {
  return {
    accessKeyId: credentials?.AccessKeyId ?? '',
    secretAccessKey: credentials?.SecretAccessKey ?? '',
    sessionToken: credentials?.SessionToken ?? '',
  }
}

async function whoIs(url: string, key: Key) {
  const { Arn: arn, UserId: id } = await clients(url, key).sts.send(
    new GetCallerIdentityCommand({}),
  )
  return { arn, id }
}

describe('IAM and STS with --auth on', () => {
  let server: TestServer
  let root: Key
  let iam: IAMClient
  let sts: STSClient

  before(async () => {
    server = await startTestServer({ args: ['--isolation=process', '--auth=on'] })
    const text = await readFile(path.join(server.dataDirectory, 'credentials'), 'utf8')
    const value = (name: string) => new RegExp(`^${name} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
    root = {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    }
    ;({ iam, sts } = clients(server.url, root))
  })

  after(() => server?.[Symbol.asyncDispose]())

  test('a role with policies, tags and an instance profile, and how it is taken away', async () => {
    const RoleName = 'deploy-role'
    const create = {
      RoleName,
      Path: '/deploy/',
      AssumeRolePolicyDocument: trust({ Service: 'lambda.amazonaws.com' }),
      Tags: [{ Key: 'team', Value: 'a' }],
    }
    const { Role: role } = await iam.send(new CreateRoleCommand(create))
    await waitUntilRoleExists({ client: iam, ...patience }, { RoleName })
    assert.match(role?.RoleId ?? '', /^AROA/)
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: basic }))
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: document }),
    )
    const InstanceProfileName = 'deploy-profile'
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }))
    await waitUntilInstanceProfileExists({ client: iam, ...patience }, { InstanceProfileName })
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }))
    const { InstanceProfile: profile } = await iam.send(
      new GetInstanceProfileCommand({ InstanceProfileName }),
    )
    assert.equal(profile?.Roles?.[0]?.Arn, role?.Arn)

    const pages = paginateListAttachedRolePolicies({ client: iam, pageSize: 1 }, { RoleName })
    for await (const page of pages) assert.equal(page.AttachedPolicies?.[0]?.PolicyArn, basic)
    const got = await iam.send(new GetRoleCommand({ RoleName }))
    assert.deepEqual(got.Role?.Tags, create.Tags)

    const conflict = { name: 'DeleteConflictException' }
    await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName })), conflict)
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }))
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: basic }))
    await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName })), (error: Error) => {
      assert.equal(error.message, 'Cannot delete entity, must delete policies first.')
      return true
    })
  })

  test('a policy and its versions', async () => {
    const create = { PolicyName: 'deploy-policy', PolicyDocument: document }
    const { Policy: policy } = await iam.send(new CreatePolicyCommand(create))
    const PolicyArn = policy?.Arn
    await waitUntilPolicyExists({ client: iam, ...patience }, { PolicyArn })
    const next = { PolicyArn, PolicyDocument: document, SetAsDefault: true }
    for (let version = 2; version <= 5; version += 1) {
      await iam.send(new CreatePolicyVersionCommand(next))
    }
    await assert.rejects(iam.send(new CreatePolicyVersionCommand(next)), {
      name: 'LimitExceededException',
    })
    const { Versions: versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))
    assert.deepEqual(
      versions?.map((each) => each.VersionId),
      ['v5', 'v4', 'v3', 'v2', 'v1'],
    )
    const got = await iam.send(new GetPolicyCommand({ PolicyArn }))
    assert.equal(got.Policy?.DefaultVersionId, 'v5')
  })

  test("a user's key opens the door until it is switched off, and knows who it is", async () => {
    const UserName = 'ci'
    const { User: user } = await iam.send(new CreateUserCommand({ UserName, Path: '/bots/' }))
    await waitUntilUserExists({ client: iam, ...patience }, { UserName })
    const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName }))
    const AccessKeyId = made?.AccessKeyId ?? ''
    const key = { accessKeyId: AccessKeyId, secretAccessKey: made?.SecretAccessKey ?? '' }
    const arn = `arn:aws:iam::${account}:user/bots/ci`
    assert.deepEqual(await whoIs(server.url, key), { arn, id: user?.UserId })
    const own = clients(server.url, key).iam
    assert.equal((await own.send(new GetUserCommand({}))).User?.UserName, UserName)
    const set = (Status: 'Active' | 'Inactive') =>
      iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }))
    const unknown = { name: 'InvalidClientTokenId' }
    await set('Inactive')
    await assert.rejects(whoIs(server.url, key), unknown)
    // Uses are noted behind; by the time of a later change they are there.
    const { AccessKeyLastUsed: use } = await iam.send(
      new GetAccessKeyLastUsedCommand({ AccessKeyId }),
    )
    assert.equal(use?.Region, 'us-east-1')
    await set('Active')
    await whoIs(server.url, key)
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }))
    await assert.rejects(whoIs(server.url, key), unknown)
  })

  test("a role's session is that role until the role is gone, and nothing without its token", async () => {
    const RoleName = 'assumed'
    const AssumeRolePolicyDocument = trust({ AWS: account })
    const { Role: role } = await iam.send(
      new CreateRoleCommand({ RoleName, Path: '/x/', AssumeRolePolicyDocument }),
    )
    const RoleArn = role?.Arn
    const answer = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }))
    const key = keyOf(answer.Credentials)
    const arn = `arn:aws:sts::${account}:assumed-role/assumed/me`
    assert.deepEqual(answer.AssumedRoleUser, { AssumedRoleId: `${role?.RoleId}:me`, Arn: arn })
    assert.deepEqual(await whoIs(server.url, key), { arn, id: `${role?.RoleId}:me` })
    const found: (string | undefined)[] = []
    const session = clients(server.url, key)
    for await (const page of paginateListRoles({ client: session.iam, pageSize: 1 }, {})) {
      found.push(...(page.Roles ?? []).map((each) => each.RoleName))
    }
    assert.ok(found.includes(RoleName))

    const unknown = { name: 'InvalidClientTokenId' }
    for (const sessionToken of [undefined, 'another']) {
      const { accessKeyId, secretAccessKey } = key
      const without = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
      await assert.rejects(whoIs(server.url, without), unknown)
    }
    const again = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'chained' })
    const chained = keyOf((await session.sts.send(again)).Credentials)
    await assert.rejects(session.sts.send(new GetSessionTokenCommand({})), {
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    })
    await iam.send(new DeleteRoleCommand({ RoleName }))
    await assert.rejects(whoIs(server.url, key), unknown)
    await assert.rejects(whoIs(server.url, chained), unknown)
    await assert.rejects(sts.send(again), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${account}:root is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    })
  })

  test('the same in a terminal', { skip: noAwsCli ?? false, timeout: 60_000 }, async () => {
    const cli = (key: Key) =>
      new AwsCli(
        server.url,
        {},
        {
          AWS_ACCESS_KEY_ID: key.accessKeyId,
          AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
          ...(key.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: key.sessionToken }),
        },
      )
    const aws = cli(root)
    const policy = trust({ AWS: `arn:aws:iam::${account}:root` })
    const roleArn = await aws.json(
      ...['iam', 'create-role', '--role-name=cli', `--assume-role-policy-document=${policy}`],
      ...['--tags', 'Key=team,Value=a', '--query=Role.Arn'],
    )
    await aws.json('iam', 'create-user', '--user-name=cli')
    const made = (await aws.json('iam', 'create-access-key', '--user-name=cli')) as {
      AccessKey: { AccessKeyId: string; SecretAccessKey: string }
    }
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = made.AccessKey
    const user = cli({ accessKeyId, secretAccessKey })
    const answer = (await user.json(
      ...['sts', 'assume-role', `--role-arn=${String(roleArn)}`, '--role-session-name=me'],
    )) as { Credentials: StsCredentials }
    const session = cli(keyOf(answer.Credentials))
    const identity = ['sts', 'get-caller-identity', '--query=Arn']
    assert.equal(await user.json(...identity), `arn:aws:iam::${account}:user/cli`)
    assert.equal(await session.json(...identity), `arn:aws:sts::${account}:assumed-role/cli/me`)
    const { code, stderr } = await aws.run('iam', 'delete-user', '--user-name=cli')
    assert.equal(code, 254)
    assert.match(
      stderr,
      /An error occurred \(DeleteConflict\) when calling the DeleteUser operation: Cannot delete entity, must delete access keys first\./,
    )
  })

  const python = process.env['LAMBDAD_TEST_PYTHON'] ?? ''
  const noPython = python === '' ? 'there is no boto3; npm test installs it where it can' : false

  test('the walk through boto3', { skip: noPython, timeout: 120_000 }, async () => {
    const walk = fileURLToPath(new URL('iam-walk.py', import.meta.url))
    // Nothing of the user's own AWS settings gets in.
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent', NO_PROXY: '*' }
    const args = ['-B', walk, server.url, root.accessKeyId, root.secretAccessKey]
    const { stdout } = await promisify(execFile)(python, args, { env })
    assert.equal(stdout.trim(), 'done: roles, users, groups, providers, service-linked roles, keys')
  })
})

test('with --auth off a session is that role, too, and other keys are the account', async () => {
  await using server = await startTestServer({ args: ['--isolation=process'] })
  const anyKey = { accessKeyId: 'test', secretAccessKey: 'test' }
  const { iam, sts } = clients(server.url, anyKey)
  const { Role: role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'r',
      AssumeRolePolicyDocument: trust({ AWS: account }),
    }),
  )
  const assume = new AssumeRoleCommand({ RoleArn: role?.Arn, RoleSessionName: 'me' })
  const key = keyOf((await sts.send(assume)).Credentials)
  assert.deepEqual(await whoIs(server.url, key), {
    arn: `arn:aws:sts::${account}:assumed-role/r/me`,
    id: `${role?.RoleId}:me`,
  })
  const stranger = { ...anyKey, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
  assert.equal((await whoIs(server.url, stranger)).arn, `arn:aws:iam::${account}:root`)
})
