/** Layers through their operations. Expected values by origin: docs, observed (recorded), reported (by users). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type {
  GetLayerVersionPolicyResponse,
  GetLayerVersionResponse,
  ListLayerVersionsResponse,
  ListLayersResponse,
  PublishLayerVersionResponse,
} from '@aws-sdk/client-lambda'
import type { CallContext } from '../../../kernel/operation.ts'
import {
  type TestLambda,
  blobIdOf,
  context,
  openTestLambda,
  packageOf,
  refusal,
} from '../test-support.ts'

const prefix = 'arn:aws:lambda:eu-west-1:123456789012:layer:'
const other = { account: '210987654321' as CallContext['account'] }
const stranger = {
  ...other,
  principal: {
    ...context.principal,
    account: other.account,
    arn: 'arn:aws:iam::210987654321:user/ci',
  },
}

async function publish(
  lambda: TestLambda,
  name: string,
  changes: object = {},
): Promise<PublishLayerVersionResponse> {
  return await lambda.call('PublishLayerVersion', {
    LayerName: name,
    Content: { ZipFile: packageOf(name) },
    ...changes,
  })
}

const get = (lambda: TestLambda, name: string, version: number, changes = {}) =>
  lambda.call<GetLayerVersionResponse>(
    'GetLayerVersion',
    { LayerName: name, VersionNumber: version },
    changes,
  )

const missing = refusal(
  'ResourceNotFoundException',
  404,
  'The resource you requested does not exist.',
)

function denied(operation: string, arn: string) {
  return refusal(
    'AccessDeniedException',
    403,
    `User: arn:aws:iam::210987654321:user/ci is not authorized to perform: lambda:${operation} on resource: ${arn} because no resource-based policy allows the lambda:${operation} action`,
  )
}

describe('PublishLayerVersion', () => {
  test('answers with all there is to know, and GetLayerVersion with the same (docs)', async () => {
    await using lambda = await openTestLambda()
    const made = await publish(lambda, 'tools', {
      Description: 'some tools',
      CompatibleRuntimes: ['nodejs24.x', 'python3.14'],
      CompatibleArchitectures: ['x86_64'],
      LicenseInfo: 'MIT',
    })
    const { Location, ...content } = made.Content ?? {}
    assert.match(Location ?? '', /^http:\/\/127\.0\.0\.1:4566\/_lambdad\/code\/[0-9a-f]{64}\?/)
    assert.deepEqual(
      { ...made, Content: content },
      {
        Content: {
          CodeSha256: made.Content?.CodeSha256,
          CodeSize: packageOf('tools').length,
        },
        LayerArn: `${prefix}tools`,
        LayerVersionArn: `${prefix}tools:1`,
        Version: 1,
        Description: 'some tools',
        CreatedDate: '2026-11-21T12:00:00.000+0000',
        CompatibleRuntimes: ['nodejs24.x', 'python3.14'],
        CompatibleArchitectures: ['x86_64'],
        LicenseInfo: 'MIT',
      },
    )
    const byArn = { Arn: `${prefix}tools:1` }
    assert.deepEqual(await get(lambda, 'tools', 1), made)
    assert.deepEqual(await get(lambda, `${prefix}tools`, 1), made)
    assert.deepEqual(await lambda.call('GetLayerVersionByArn', byArn), made)
  })

  test('leaves out what was left out', async () => {
    await using lambda = await openTestLambda()
    const made = await publish(lambda, 'plain')
    assert.deepEqual(Object.keys(made).toSorted(), [
      ...['Content', 'CreatedDate', 'Description', 'LayerArn', 'LayerVersionArn', 'Version'],
    ])
    assert.equal(made.Description, '')
  })

  test('gives the package to whoever has the link', async () => {
    await using lambda = await openTestLambda()
    const { Content } = await publish(lambda, 'tools')
    const { pathname, search } = new URL(Content?.Location ?? '')
    const [route] = lambda.service.routes
    const answer = await route?.handle({
      method: 'GET',
      path: pathname,
      query: search.slice(1),
      headers: {},
      body: new Uint8Array(),
    } as Parameters<typeof route.handle>[0])
    assert.equal(answer?.status, 200)
    assert.deepEqual(Buffer.from(answer.body), Buffer.from(packageOf('tools')))
  })

  test('numbers versions one after the other, and never gives a number twice (docs)', async () => {
    await using lambda = await openTestLambda()
    const version = async () => (await publish(lambda, 'tools')).Version
    assert.deepEqual([await version(), await version()], [1, 2])
    for (const VersionNumber of [1, 2]) {
      await lambda.call('DeleteLayerVersion', { LayerName: 'tools', VersionNumber })
    }
    assert.equal(await version(), 3)
    assert.equal((await publish(lambda, 'others')).Version, 1)
  })

  test('takes the packages that functions may have (observed), and needs one', async () => {
    await using lambda = await openTestLambda()
    const refused: [object, string, number, string][] = [
      [{}, 'InvalidParameterValueException', 400, 'Please provide a source for layer content.'],
      [
        { ZipFile: Buffer.from('no zip') },
        'InvalidParameterValueException',
        400,
        'Could not unzip uploaded file. Please check your file, then try to upload again.',
      ],
      [
        { ZipFile: Buffer.alloc(52_428_801) },
        'RequestEntityTooLargeException',
        413,
        'Zipped size must be smaller than 52428800 bytes',
      ],
    ]
    for (const [Content, code, status, words] of refused) {
      await assert.rejects(publish(lambda, 'tools', { Content }), refusal(code, status, words))
    }
    assert.deepEqual(await lambda.call('ListLayers', {}), { Layers: [] })
  })
})

describe('GetLayerVersion', () => {
  test('refuses what is not there, or cannot be (observed)', async () => {
    await using lambda = await openTestLambda()
    await publish(lambda, 'tools')
    await assert.rejects(get(lambda, 'tools', 2), missing)
    await assert.rejects(get(lambda, 'nothing', 1), missing)
    await assert.rejects(lambda.call('GetLayerVersionByArn', { Arn: `${prefix}tools:2` }), missing)
    for (const version of [0, -1]) {
      await assert.rejects(
        get(lambda, 'tools', version),
        refusal('InvalidParameterValueException', 400, 'Layer Version Cannot be less than 1'),
      )
    }
    await assert.rejects(
      get(lambda, 'arn:aws:lambda:us-east-1:123456789012:layer:tools', 1),
      refusal('ResourceNotFoundException', 404, /^Layers from 'us-east-1' are not reachable/),
    )
    for (const text of [`${prefix}tools:1`, 'a b', `${prefix}${'x'.repeat(141)}`]) {
      await assert.rejects(
        get(lambda, text, 1),
        refusal('InvalidParameterValueException', 400, /is neither a name nor an ARN of a layer/),
      )
    }
    await assert.rejects(
      lambda.call('GetLayerVersionByArn', { Arn: 'arn:aws:lambda:::awslayer:x' }),
      refusal('InvalidParameterValueException', 400, /is no ARN of a layer version/),
    )
  })
})

describe('lists', () => {
  test('of layers have each by name with its newest version', async () => {
    await using lambda = await openTestLambda()
    for (const name of ['b', 'a', 'b']) await publish(lambda, name)
    const { Layers } = await lambda.call<ListLayersResponse>('ListLayers', {})
    assert.deepEqual(Layers, [
      {
        LayerName: 'a',
        LayerArn: `${prefix}a`,
        LatestMatchingVersion: {
          LayerVersionArn: `${prefix}a:1`,
          Version: 1,
          Description: '',
          CreatedDate: '2026-11-21T12:00:00.000+0000',
        },
      },
      {
        LayerName: 'b',
        LayerArn: `${prefix}b`,
        LatestMatchingVersion: {
          LayerVersionArn: `${prefix}b:2`,
          Version: 2,
          Description: '',
          CreatedDate: '2026-11-21T12:00:00.000+0000',
        },
      },
    ])
    assert.deepEqual(await lambda.call('ListLayers', {}, other), { Layers: [] })
  })

  test('are narrowed to what versions say they are made for (docs)', async () => {
    await using lambda = await openTestLambda()
    await publish(lambda, 'both', { CompatibleRuntimes: ['nodejs22.x'] })
    await publish(lambda, 'both', {
      CompatibleRuntimes: ['nodejs24.x'],
      CompatibleArchitectures: ['arm64'],
    })
    await publish(lambda, 'unsaid')
    const layers = async (filter: object) => {
      const { Layers } = await lambda.call<ListLayersResponse>('ListLayers', filter)
      return Layers?.map((layer) => layer.LatestMatchingVersion?.LayerVersionArn)
    }
    const versions = async (filter: object) => {
      const input = { LayerName: 'both', ...filter }
      const page = await lambda.call<ListLayerVersionsResponse>('ListLayerVersions', input)
      return page.LayerVersions?.map(({ Version }) => Version)
    }
    assert.deepEqual(await layers({ CompatibleRuntime: 'nodejs22.x' }), [`${prefix}both:1`])
    assert.deepEqual(await layers({ CompatibleArchitecture: 'arm64' }), [`${prefix}both:2`])
    assert.deepEqual(await layers({ CompatibleRuntime: 'python3.14' }), [])
    assert.deepEqual(await versions({ CompatibleRuntime: 'nodejs22.x' }), [1])
    assert.deepEqual(await versions({ CompatibleArchitecture: 'x86_64' }), [])
    assert.deepEqual(await versions({}), [2, 1])
  })

  test('come in pages that have everything once', async () => {
    await using lambda = await openTestLambda()
    const names = Array.from({ length: 53 }, (_, index) => `l${String(index).padStart(3, '0')}`)
    for (const name of names) await publish(lambda, name)
    const first = await lambda.call<ListLayersResponse>('ListLayers', {})
    const rest = await lambda.call<ListLayersResponse>('ListLayers', { Marker: first.NextMarker })
    assert.equal(first.Layers?.length, 50)
    assert.deepEqual(
      [...(first.Layers ?? []), ...(rest.Layers ?? [])].map(({ LayerName }) => LayerName),
      names,
    )
    assert.equal(rest.NextMarker, undefined)
  })

  test('of many versions come in pages, too, the newest first', async () => {
    await using lambda = await openTestLambda()
    for (let made = 0; made < 105; made += 1) await publish(lambda, 'l')
    const seen: (number | undefined)[] = []
    let marker: string | undefined
    do {
      const page: ListLayerVersionsResponse = await lambda.call('ListLayerVersions', {
        LayerName: 'l',
        MaxItems: 40,
        Marker: marker,
      })
      seen.push(...(page.LayerVersions?.map(({ Version }) => Version) ?? []))
      marker = page.NextMarker
    } while (marker !== undefined)
    assert.deepEqual(
      seen,
      Array.from({ length: 105 }, (_, index) => 105 - index),
    )
    const { Layers } = await lambda.call<ListLayersResponse>('ListLayers', {
      CompatibleRuntime: 'nodejs24.x',
    })
    assert.deepEqual(Layers, [])
  })

  test('of a layer that is not there are empty; markers of others are refused', async () => {
    await using lambda = await openTestLambda()
    const nothing = await lambda.call('ListLayerVersions', { LayerName: 'nothing' })
    assert.deepEqual(nothing, { LayerVersions: [] })
    const Marker = Buffer.from('after:name').toString('base64')
    await assert.rejects(
      lambda.call('ListLayerVersions', { LayerName: 'l', Marker }),
      refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
    )
    await assert.rejects(
      lambda.call('ListLayers', { Marker: 'elsewhere' }),
      refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
    )
  })
})

describe('DeleteLayerVersion', () => {
  test('takes the package along, unless somebody else has it, and may be repeated (docs)', async () => {
    await using lambda = await openTestLambda()
    const { Content } = await publish(lambda, 'a', { Content: { ZipFile: packageOf('same') } })
    await publish(lambda, 'b', { Content: { ZipFile: packageOf('same') } })
    const blob = blobIdOf(Content?.CodeSha256)
    const remove = (LayerName: string) =>
      lambda.call('DeleteLayerVersion', { LayerName, VersionNumber: 1 })
    await remove('a')
    await remove('a')
    await assert.rejects(get(lambda, 'a', 1), missing)
    assert.ok(await lambda.hasBlob(blob))
    await remove('b')
    assert.ok(!(await lambda.hasBlob(blob)))
    await assert.rejects(
      lambda.call('DeleteLayerVersion', { LayerName: 'a', VersionNumber: 0 }),
      refusal('InvalidParameterValueException', 400, 'Layer Version Cannot be less than 1'),
    )
  })
})

describe('the policy of a layer version', () => {
  const named = { LayerName: 'tools', VersionNumber: 1 }
  const add = (lambda: TestLambda, changes: object) =>
    lambda.call<{ Statement: string; RevisionId: string }>('AddLayerVersionPermission', {
      ...named,
      StatementId: 's1',
      Action: 'lambda:GetLayerVersion',
      Principal: '210987654321',
      ...changes,
    })
  const policy = (lambda: TestLambda) =>
    lambda.call<GetLayerVersionPolicyResponse>('GetLayerVersionPolicy', named)

  test('is rendered as AWS renders it (docs)', async () => {
    await using lambda = await openTestLambda()
    await publish(lambda, 'tools')
    const one = await add(lambda, {})
    const first = `{"Sid":"s1","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"lambda:GetLayerVersion","Resource":"${prefix}tools:1"}`
    assert.equal(one.Statement, first)
    const two = await add(lambda, {
      StatementId: 's2',
      Principal: '*',
      OrganizationId: 'o-t194hfs8cz',
      RevisionId: one.RevisionId,
    })
    const second = `{"Sid":"s2","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"${prefix}tools:1","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-t194hfs8cz"}}}`
    assert.equal(two.Statement, second)
    assert.deepEqual(await policy(lambda), {
      Policy: `{"Version":"2012-10-17","Id":"default","Statement":[${first},${second}]}`,
      RevisionId: two.RevisionId,
    })
  })

  test('loses statements, and goes with the last (observed)', async () => {
    await using lambda = await openTestLambda()
    await publish(lambda, 'tools')
    const remove = (changes: object) =>
      lambda.call('RemoveLayerVersionPermission', { ...named, StatementId: 's1', ...changes })
    const none = refusal(
      'ResourceNotFoundException',
      404,
      'No policy is associated with the given resource.',
    )
    await assert.rejects(policy(lambda), none)
    await assert.rejects(remove({}), none)
    const { RevisionId } = await add(lambda, {})
    await assert.rejects(
      remove({ StatementId: 's2' }),
      refusal('ResourceNotFoundException', 404, 'Statement s2 is not found in resource policy.'),
    )
    await assert.rejects(
      remove({ RevisionId: 'other' }),
      refusal(
        'PreconditionFailedException',
        412,
        'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
      ),
    )
    await remove({ RevisionId })
    await assert.rejects(policy(lambda), none)
  })

  test('refuses what it has, what it cannot have, and what it is not for (observed)', async () => {
    await using lambda = await openTestLambda()
    await publish(lambda, 'tools')
    await add(lambda, {})
    await assert.rejects(
      add(lambda, {}),
      refusal(
        'ResourceConflictException',
        409,
        'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
      ),
    )
    await assert.rejects(
      add(lambda, { StatementId: 's2', RevisionId: 'other' }),
      refusal('PreconditionFailedException', 412, /Call the GetLayerPolicy API/),
    )
    await assert.rejects(
      add(lambda, { StatementId: 's2', OrganizationId: 'o-t194hfs8cz' }),
      refusal('InvalidParameterValueException', 400, /only for the principal \*/),
    )
    const gone = `Layer version ${prefix}tools:2 does not exist.`
    for (const operation of ['AddLayerVersionPermission', 'GetLayerVersionPolicy']) {
      await assert.rejects(
        lambda.call(operation, { ...named, VersionNumber: 2, StatementId: 's', Principal: '*' }),
        refusal('ResourceNotFoundException', 404, gone),
      )
    }
    await assert.rejects(
      lambda.call('RemoveLayerVersionPermission', {
        ...named,
        VersionNumber: 2,
        StatementId: 's1',
      }),
      refusal('ResourceNotFoundException', 404, gone),
    )
  })

  test('has at most 20 KB (docs)', async () => {
    await using lambda = await openTestLambda()
    await publish(lambda, 'tools')
    const sid = (n: number) => `${n}`.padStart(100, 's')
    let added = 0
    await assert.rejects(
      async () => {
        for (;;) {
          await add(lambda, { StatementId: sid(added) })
          added += 1
        }
      },
      refusal('PolicyLengthExceededException', 400, /is bigger than the limit \(20480\)\.$/),
    )
    assert.ok(added > 50)
  })

  test('lets others have the version, and nothing else', async () => {
    await using lambda = await openTestLambda()
    const made = await publish(lambda, 'tools')
    const arn = `${prefix}tools`
    await assert.rejects(get(lambda, arn, 1, stranger), denied('GetLayerVersion', `${arn}:1`))
    // What is not there is not told apart.
    await assert.rejects(get(lambda, arn, 2, stranger), denied('GetLayerVersion', `${arn}:2`))
    await add(lambda, { Principal: '*', OrganizationId: 'o-t194hfs8cz' })
    await assert.rejects(get(lambda, arn, 1, stranger), denied('GetLayerVersion', `${arn}:1`))
    await add(lambda, { StatementId: 's2' })
    assert.deepEqual(await get(lambda, arn, 1, stranger), made)
    const refused: [string, object, string][] = [
      ['PublishLayerVersion', { Content: { ZipFile: packageOf('x') } }, arn],
      ['ListLayerVersions', {}, arn],
      ['DeleteLayerVersion', { VersionNumber: 1 }, `${arn}:1`],
      ['GetLayerVersionPolicy', { VersionNumber: 1 }, `${arn}:1`],
      ['AddLayerVersionPermission', { VersionNumber: 1 }, `${arn}:1`],
      ['RemoveLayerVersionPermission', { VersionNumber: 1 }, `${arn}:1`],
    ]
    for (const [operation, input, resource] of refused) {
      await assert.rejects(
        lambda.call(operation, { LayerName: arn, ...input }, stranger),
        denied(operation, resource),
      )
    }
  })
})
