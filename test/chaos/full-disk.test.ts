/** A data directory on a disk that fills up: refusals in words, nothing half-written, and life goes on. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateRoleCommand, ListRolesCommand } from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  type LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { type Clients, clientsOf, deploy, invoke, role } from '../kit/deploy.ts'
import { noSandboxes, startTestServer } from '../kit/server.ts'

const says = `export const handler = async () => 'works'`
const words =
  "The disk that holds lambdad's data directory is full: nothing was stored. Free some space and try again."

/** Of 24 MB; it is gone when the test is. */
async function smallDisk(): Promise<AsyncDisposable & { readonly root: string }> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'lambdad-small-disk-'))
  const options = ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', root]
  const mounted = spawnSync('mount', options, { encoding: 'utf8' })
  assert.equal(mounted.status, 0, mounted.stderr)
  return {
    root,
    async [Symbol.asyncDispose]() {
      const unmounted = spawnSync('umount', [root], { encoding: 'utf8' })
      assert.equal(unmounted.status, 0, unmounted.stderr)
      await rm(root, { recursive: true })
    },
  }
}

/** Takes all the room there is, also what the server lets go of or takes meanwhile. */
function fill(file: string): void {
  const handle = openSync(file, 'w')
  try {
    for (const size of [65_536, 4096]) writeUntilFull(handle, Buffer.alloc(size, 1))
  } finally {
    closeSync(handle)
  }
}

function writeUntilFull(handle: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(handle, bytes)
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
}

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
})

function createLarge(client: LambdaClient): Promise<unknown> {
  const files = { 'index.mjs': Buffer.from(says), data: randomBytes(3_000_000) }
  return client.send(
    new CreateFunctionCommand({
      FunctionName: 'large',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role,
      Code: { ZipFile: zipSync(files, { level: 0 }) },
    }),
  )
}

/** Until the database has used up what its files had room for: then it is refused. */
async function untilRefused(change: (number: number) => Promise<unknown>): Promise<unknown> {
  for (let number = 0; number < 10_000; number += 1) {
    try {
      await change(number)
    } catch (error) {
      return error
    }
  }
  return assert.fail('a full disk takes everything')
}

const createRole = (clients: Clients) => (number: number) =>
  clients.iam.send(
    new CreateRoleCommand({
      RoleName: `role-${number}`,
      AssumeRolePolicyDocument: trust,
      Description: 'x'.repeat(1000),
    }),
  )

const createGroup = (clients: Clients) => (number: number) =>
  clients.logs.send(new CreateLogGroupCommand({ logGroupName: `/${'g'.repeat(400)}/${number}` }))

function assertTold(error: unknown): void {
  assert.ok(error instanceof Error)
  const { name, message, $metadata } = error as Error & { $metadata: { httpStatusCode: number } }
  assert.deepEqual([name, message, $metadata.httpStatusCode], ['ServiceException', words, 500])
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((each) => each.isFile())
    .map((each) => path.join(each.parentPath, each.name))
}

const noSmallDisk =
  spawnSync('unshare', ['--mount', 'true']).status === 0 ? undefined : 'needs root'

it(
  'a full disk is told in words by every service, leaves nothing, and heals',
  { skip: noSandboxes ?? noSmallDisk ?? false },
  async () => {
    await using disk = await smallDisk()
    const dataDirectory = path.join(disk.root, 'data')
    const filler = path.join(disk.root, 'filler')
    await using server = await startTestServer({ dataDirectory })
    const clients = clientsOf(server.url)
    const { lambda, iam, logs } = clients
    await deploy(lambda, { FunctionName: 'small', files: { 'index.mjs': says } })
    assert.equal((await invoke(server.url, 'small')).text, '"works"')
    const blobsBefore = await filesIn(path.join(dataDirectory, 'blobs'))

    fill(filler)
    assertTold(await createLarge(lambda).catch((error: unknown) => error))
    assert.deepEqual(await filesIn(path.join(dataDirectory, 'blobs')), blobsBefore)
    assertTold(await untilRefused(createRole(clients)))
    assertTold(await untilRefused(createGroup(clients)))
    // What needs no room goes on.
    assert.equal((await invoke(server.url, 'small')).text, '"works"')
    const { Functions: functions } = await lambda.send(new ListFunctionsCommand({}))
    assert.deepEqual(
      functions?.map((each) => each.FunctionName),
      ['small'],
    )
    assert.doesNotMatch(server.output(), /    at /)

    await rm(filler)
    await deploy(lambda, { FunctionName: 'after', files: { 'index.mjs': says } })
    assert.equal((await invoke(server.url, 'after')).text, '"works"')
    await createLarge(lambda)
    await createRole(clients)(10_001)
    await createGroup(clients)(10_001)
    const { Roles: roles } = await iam.send(new ListRolesCommand({ MaxItems: 1000 }))
    assert.ok(roles?.some((each) => each.RoleName === 'role-10001'))
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}))
    assert.ok((logGroups?.length ?? 0) > 0)
    for (const client of Object.values(clients)) client.destroy()
    assert.equal(await server.stop('SIGTERM'), 0, server.output())
  },
)
