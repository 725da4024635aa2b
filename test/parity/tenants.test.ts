/** Tenant isolation and functions on capacity providers, from real functions to the AWS SDK for JavaScript. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateCapacityProviderCommand,
  DeleteCapacityProviderCommand,
  DeleteFunctionCommand,
  GetCapacityProviderCommand,
  InvalidParameterValueException,
  InvokeCommand,
  NoPublishedVersionException,
  PublishVersionCommand,
  ResourceConflictException,
  ResourceNotFoundException,
  paginateListFunctionVersionsByCapacityProvider,
} from '@aws-sdk/client-lambda'
import { type Clients, clientsOf, deploy, role } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? false

/** Answers with the tenants that its environment has seen, and leaves a file for the next. */
const source = `
import { appendFileSync, readFileSync } from 'node:fs'
export const handler = async (event, context) => {
  console.log('working')
  appendFileSync('/tmp/tenants', context.tenantId + ' ')
  return { seen: readFileSync('/tmp/tenants', 'utf8').trim().split(' ') }
}
`

let server: TestServer
let clients: Clients

before(async () => {
  if (skip) return
  server = await startTestServer()
  clients = clientsOf(server.url)
  await deploy(clients.lambda, {
    FunctionName: 'tenants',
    files: { 'index.mjs': source },
    TenancyConfig: { TenantIsolationMode: 'PER_TENANT' },
    LoggingConfig: { LogFormat: 'JSON' },
  })
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
})

async function seenBy(TenantId: string): Promise<unknown> {
  const { Payload } = await clients.lambda.send(
    new InvokeCommand({ FunctionName: 'tenants', TenantId }),
  )
  return (JSON.parse(Buffer.from(Payload ?? []).toString()) as { seen: unknown }).seen
}

test('tenants never meet, and the function knows whom it works for', { skip }, async () => {
  assert.deepEqual(await seenBy('blue'), ['blue'])
  assert.deepEqual(await seenBy('green/1:a=b@c+d'), ['green/1:a=b@c+d'])
  assert.deepEqual(await seenBy('blue'), ['blue', 'blue'])
  await assert.rejects(
    clients.lambda.send(new InvokeCommand({ FunctionName: 'tenants' })),
    InvalidParameterValueException,
  )
})

test('the JSON log tells the tenant of each line', { skip }, async () => {
  await seenBy('logged')
  const logGroupName = '/aws/lambda/tenants'
  for (;;) {
    const { events = [] } = await clients.logs.send(new FilterLogEventsCommand({ logGroupName }))
    const records = events.map(({ message = '' }) => JSON.parse(message) as LogRecord)
    const ofTenant = records.filter((each) => (each.tenantId ?? each.record?.tenantId) === 'logged')
    const types = ofTenant.map(({ type, message }) => type ?? message)
    if (types.length < 3) continue
    assert.deepEqual(types, ['platform.start', 'working', 'platform.report'])
    return
  }
})

interface LogRecord {
  readonly type?: string
  readonly message?: string
  readonly tenantId?: string
  readonly record?: { readonly tenantId?: string }
}

test(
  'a function on a capacity provider is invoked by what it has published',
  { skip },
  async () => {
    const { lambda } = clients
    const CapacityProviderName = 'provider'
    const made = await lambda.send(
      new CreateCapacityProviderCommand({
        CapacityProviderName,
        VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: [] },
        PermissionsConfig: { CapacityProviderOperatorRoleArn: role },
      }),
    )
    assert.equal(made.CapacityProvider?.State, 'Pending')
    const provider = new GetCapacityProviderCommand({ CapacityProviderName })
    while ((await lambda.send(provider)).CapacityProvider?.State !== 'Active');
    const { CapacityProviderArn } = made.CapacityProvider
    const FunctionName = 'managed'
    await deploy(lambda, {
      FunctionName,
      files: {
        'index.mjs': 'export const handler = async (_, context) => context.functionVersion',
      },
      CapacityProviderConfig: {
        LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn },
      },
    })
    await assert.rejects(
      lambda.send(new InvokeCommand({ FunctionName })),
      NoPublishedVersionException,
    )
    await lambda.send(new PublishVersionCommand({ FunctionName, PublishTo: 'LATEST_PUBLISHED' }))
    const { Payload, ExecutedVersion } = await lambda.send(new InvokeCommand({ FunctionName }))
    assert.equal(ExecutedVersion, '$LATEST.PUBLISHED')
    assert.equal(Buffer.from(Payload ?? []).toString(), '"$LATEST.PUBLISHED"')

    const pages = paginateListFunctionVersionsByCapacityProvider(
      { client: lambda, pageSize: 1 },
      { CapacityProviderName },
    )
    const versions: (string | undefined)[] = []
    for await (const { FunctionVersions = [] } of pages) {
      versions.push(...FunctionVersions.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1)))
    }
    assert.deepEqual(versions, ['$LATEST', '$LATEST.PUBLISHED'])
    const remove = new DeleteCapacityProviderCommand({ CapacityProviderName })
    await assert.rejects(lambda.send(remove), ResourceConflictException)
    await lambda.send(new DeleteFunctionCommand({ FunctionName }))
    assert.equal((await lambda.send(remove)).CapacityProvider?.State, 'Deleting')
    for (;;) {
      const gone = await lambda.send(provider).then(
        () => false,
        (error: unknown) => error instanceof ResourceNotFoundException,
      )
      if (gone) return
    }
  },
)
