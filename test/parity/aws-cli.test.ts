/**
 * The first hour with lambdad, typed into a terminal: the AWS CLI, v2 (2.9 and later) and v1, from create-role to
 * delete-function. What it prints is what people see. Read next: boto3.test.ts, javascript-sdk.test.ts.
 */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AwsCli, awsCli1, awsCli2 } from '../kit/aws-cli.ts'
import type { Identity } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'
import { zip } from '../kit/zip.ts'

const account = '123456789012'
const region = 'eu-central-1'
const arn = `arn:aws:lambda:${region}:${account}:function:hello`
const role = `arn:aws:iam::${account}:role/hello-role`
const group = '/aws/lambda/hello'
const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

const code = (word: string) =>
  zip({
    'index.js': `exports.handler = async (event) => { console.log('${word}', event.name); if (event.fail) throw new Error('as told'); return { ${word}: event.name, mark: process.env.MARK } }`,
  })

for (const program of [awsCli2, awsCli1]) {
  const isFirst = program.version === 1
  const skip = noSandboxes ?? program.missing ?? false

  // Each command is a Python of its own, which takes a second on a busy machine: some forty are patient work.
  describe(`the AWS CLI v${program.version}`, { skip, timeout: 300_000 }, () => {
    let server: TestServer
    let aws: AwsCli
    let directory: string

    const cli = (identity: Identity): AwsCli => new AwsCli(server.url, identity, {}, program)

    before(async () => {
      server = await startTestServer()
      aws = cli({ account, region })
      directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-cli-'))
      await writeFile(path.join(directory, 'hello.zip'), code('hello'))
      await writeFile(path.join(directory, 'bye.zip'), code('bye'))
    })

    after(async () => {
      await server?.[Symbol.asyncDispose]()
      if (directory) await rm(directory, { recursive: true })
    })

    /** @returns what `lambda invoke` prints, and what it writes into the file. */
    async function invoke(
      event: object,
      ...more: string[]
    ): Promise<{ told: Told; answer: unknown }> {
      const file = path.join(directory, 'answer.json')
      // v2 takes payloads in base64 unless told, v1 as they are.
      const format = isFirst ? [] : ['--cli-binary-format', 'raw-in-base64-out']
      const payload = [...format, '--payload', JSON.stringify(event)]
      const told = await aws.json(
        'lambda',
        'invoke',
        '--function-name',
        'hello',
        ...payload,
        ...more,
        file,
      )
      return { told: told as Told, answer: JSON.parse(await readFile(file, 'utf8')) }
    }

    interface Told {
      readonly StatusCode: number
      readonly ExecutedVersion: string
      readonly FunctionError?: string
      readonly LogResult?: string
    }

    test('sts get-caller-identity', async () => {
      assert.deepEqual(await aws.json('sts', 'get-caller-identity'), {
        UserId: account,
        Account: account,
        Arn: `arn:aws:iam::${account}:root`,
      })
    })

    test('iam: create-role, policies, lists', async () => {
      const named = ['--role-name', 'hello-role']
      const created = await aws.json(
        'iam',
        'create-role',
        ...named,
        '--assume-role-policy-document',
        trust,
      )
      assert.equal((created as { Role: { Arn: string } }).Role.Arn, role)
      await aws.json('iam', 'attach-role-policy', ...named, '--policy-arn', basic)
      const inline = ['--policy-name', 'inline', '--policy-document']
      const document =
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
      await aws.json('iam', 'put-role-policy', ...named, ...inline, document)
      const [got, roles, attached, policies] = await Promise.all([
        aws.json('iam', 'get-role', ...named, '--query', 'Role.AssumeRolePolicyDocument'),
        aws.json('iam', 'list-roles', '--query', 'Roles[].RoleName'),
        aws.json('iam', 'list-attached-role-policies', ...named),
        aws.json('iam', 'list-role-policies', ...named),
      ])
      assert.deepEqual(got, JSON.parse(trust))
      assert.deepEqual(roles, ['hello-role'])
      assert.deepEqual(attached, {
        AttachedPolicies: [{ PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: basic }],
      })
      assert.deepEqual(policies, { PolicyNames: ['inline'] })
    })

    test('lambda create-function, wait function-active-v2, get-function', async () => {
      const zipFile = path.join(directory, 'hello.zip')
      const created = await aws.json(
        ...['lambda', 'create-function', '--function-name', 'hello', '--runtime', 'nodejs22.x'],
        ...['--handler', 'index.handler', '--role', role, '--zip-file', `fileb://${zipFile}`],
        ...['--environment', 'Variables={MARK=first}', '--tags', 'team=one'],
      )
      const { FunctionArn, State, Environment } = created as Record<string, unknown>
      assert.deepEqual(
        { FunctionArn, State, Environment },
        { FunctionArn: arn, State: 'Pending', Environment: { Variables: { MARK: 'first' } } },
      )
      await aws.json('lambda', 'wait', 'function-active-v2', '--function-name', 'hello')
      const got = await aws.json('lambda', 'get-function', '--function-name', 'hello')
      const { Code, Configuration, Tags } = got as {
        Code: { Location: string }
        Configuration: Record<string, unknown>
        Tags: object
      }
      assert.equal(Configuration['State'], 'Active')
      assert.deepEqual(Tags, { team: 'one' })
      const download = await fetch(Code.Location)
      assert.deepEqual(Buffer.from(await download.arrayBuffer()), await readFile(zipFile))
    })

    test('lambda invoke --log-type Tail', async () => {
      const { told, answer } = await invoke({ name: 'you' }, '--log-type', 'Tail')
      assert.deepEqual(answer, { hello: 'you', mark: 'first' })
      const { LogResult = '', ...rest } = told
      assert.deepEqual(rest, { StatusCode: 200, ExecutedVersion: '$LATEST' })
      const lines = Buffer.from(LogResult, 'base64').toString().trimEnd().split('\n')
      assert.deepEqual(
        lines.map((line) =>
          /^(START|END|REPORT) RequestId: [-0-9a-f]{36}|\tINFO\thello you$/
            .exec(line)?.[0]
            .split(' ')[0]
            ?.trim(),
        ),
        ['START', 'INFO\thello', 'END', 'REPORT'],
      )
      const failed = await invoke({ fail: true })
      assert.equal(failed.told.FunctionError, 'Unhandled')
      assert.equal((failed.answer as Record<string, string>)['errorMessage'], 'as told')
    })

    test(
      'logs tail, and --follow while it happens',
      { skip: isFirst && 'v1 has no logs tail' },
      async () => {
        const { stdout } = await aws.run('logs', 'tail', group, '--format', 'short')
        assert.match(
          stdout,
          /INIT_START [\s\S]*START RequestId[\s\S]*hello you[\s\S]*END RequestId/,
        )
        const following = aws.start(
          'logs',
          'tail',
          group,
          '--follow',
          '--since',
          '1s',
          '--format',
          'short',
        )
        const ended = once(following, 'exit')
        try {
          let seen = ''
          const arrived = new Promise<void>((resolve, reject) => {
            following.stdout?.on('data', (chunk) => {
              seen += chunk
              if (seen.includes('hello while')) resolve()
            })
            following.once('exit', () => reject(new Error(`aws logs tail ended: ${seen}`)))
          })
          await invoke({ name: 'while it looks' })
          await arrived
        } finally {
          following.kill('SIGKILL')
          await ended
        }
      },
    )

    test('lambda update-function-code, update-function-configuration, and their waiters', async () => {
      const named = ['--function-name', 'hello']
      const zipFile = `fileb://${path.join(directory, 'bye.zip')}`
      const updated = await aws.json(
        'lambda',
        'update-function-code',
        ...named,
        '--zip-file',
        zipFile,
      )
      assert.equal((updated as Record<string, string>)['LastUpdateStatus'], 'InProgress')
      await aws.json('lambda', 'wait', 'function-updated-v2', ...named)
      const mark = ['--environment', 'Variables={MARK=second}', '--timeout', '5']
      await aws.json('lambda', 'update-function-configuration', ...named, ...mark)
      await aws.json('lambda', 'wait', 'function-updated-v2', ...named)
      const { answer } = await invoke({ name: 'you' })
      assert.deepEqual(answer, { bye: 'you', mark: 'second' })
    })

    test('another account and another region see nothing of it', async () => {
      const otherAccount = cli({ account: '210987654321', region })
      const otherRegion = cli({ account, region: 'us-west-2' })
      for (const stranger of [otherAccount, otherRegion]) {
        const [functions, groups, missing] = await Promise.all([
          stranger.json('lambda', 'list-functions'),
          stranger.json('logs', 'describe-log-groups'),
          stranger.run('lambda', 'get-function', '--function-name', 'hello'),
        ])
        assert.deepEqual(functions, { Functions: [] })
        assert.deepEqual(groups, { logGroups: [] })
        assert.match(missing.stderr, /\(ResourceNotFoundException\)/)
      }
      // IAM knows no regions: roles are the account's, everywhere.
      const listRoles = ['iam', 'list-roles', '--query', 'Roles[].RoleName']
      const elsewhere = await otherRegion.json(...listRoles)
      const other = await otherAccount.json(...listRoles)
      assert.deepEqual([elsewhere, other], [['hello-role'], []])
    })

    test('lambda list-functions, by pages', async () => {
      const zipFile = `fileb://${path.join(directory, 'hello.zip')}`
      const like = [
        '--runtime',
        'nodejs24.x',
        '--handler',
        'index.handler',
        '--role',
        role,
        '--zip-file',
        zipFile,
      ]
      await aws.json('lambda', 'create-function', '--function-name', 'another', ...like)
      const query = ['--query', 'Functions[].FunctionName']
      const first = await aws.json(
        'lambda',
        'list-functions',
        '--page-size',
        '1',
        '--max-items',
        '1',
      )
      const { NextToken, Functions } = first as {
        NextToken: string
        Functions: { FunctionName: string }[]
      }
      assert.deepEqual(
        Functions.map((each) => each.FunctionName),
        ['another'],
      )
      const [rest, all] = await Promise.all([
        aws.json('lambda', 'list-functions', '--starting-token', NextToken, ...query),
        aws.json('lambda', 'list-functions', '--page-size', '1', ...query),
      ])
      assert.deepEqual([rest, all], [['hello'], ['another', 'hello']])
    })

    test('errors, as it prints them; and the end', async () => {
      const named = ['--function-name', 'hello']
      const [again, wrong, conflict] = await Promise.all([
        aws.run(
          'iam',
          'create-role',
          '--role-name',
          'hello-role',
          '--assume-role-policy-document',
          trust,
        ),
        aws.run('lambda', 'update-function-configuration', ...named, '--runtime', 'nodejs1.x'),
        aws.run('iam', 'delete-role', '--role-name', 'hello-role'),
      ])
      assert.equal(
        again.stderr.trim(),
        'An error occurred (EntityAlreadyExists) when calling the CreateRole operation: Role with name hello-role already exists.',
      )
      assert.match(
        wrong.stderr,
        /\(InvalidParameterValueException\) when calling the UpdateFunctionConfiguration operation: Value nodejs1\.x at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[/,
      )
      assert.match(
        conflict.stderr,
        /\(DeleteConflict\) when calling the DeleteRole operation: Cannot delete entity, must detach all policies first\./,
      )
      // Newer models tell the status.
      const deleted = await aws.json('lambda', 'delete-function', ...named)
      assert.deepEqual(deleted ?? { StatusCode: 204 }, { StatusCode: 204 })
      const gone = await aws.run('lambda', 'invoke', ...named, path.join(directory, 'answer.json'))
      assert.equal(gone.code, isFirst ? 255 : 254)
      assert.equal(
        gone.stderr.trim(),
        `An error occurred (ResourceNotFoundException) when calling the Invoke operation: Function not found: ${arn}`,
      )
      // One after the other: a role goes when nothing hangs on it.
      const role_ = ['--role-name', 'hello-role']
      await aws.json('iam', 'detach-role-policy', ...role_, '--policy-arn', basic)
      await aws.json('iam', 'delete-role-policy', ...role_, '--policy-name', 'inline')
      await aws.json('iam', 'delete-role', ...role_)
      assert.deepEqual(await aws.json('iam', 'list-roles'), { Roles: [] })
    })
  })
}
