/** Whatever bytes come in, a parser gives an input or a `ServiceError`; never anything else. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { ServiceError } from '../kernel/errors.ts'
import { loadService, type ServiceModel } from '../model/index.ts'
import { checkConstraints } from './constraints.ts'
import type { HttpRequest } from './http.ts'
import { identifyProtocol, identifyService } from './identify.ts'
import { encodeCbor } from './smithy.ts'
import { fixtureModel, requestId } from './test-server.ts'

interface Subject {
  readonly service: string
  readonly fixture: boolean
  readonly operations: readonly string[]
  readonly headers: (operation: string) => Record<string, string>
  readonly path?: (operation: string) => string
  readonly body: fc.Arbitrary<Uint8Array>
}

const bytes = fc.uint8Array({ maxLength: 400 })
const text = (...tokens: readonly string[]) =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...tokens) }, fc.string()), {
      maxLength: 60,
    })
    .map((parts) => Buffer.from(parts.join('')))

/** A good document with some bytes changed. */
function mutated(document: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(document.byteLength - 1), fc.nat(255))
  return fc.array(change, { maxLength: 6 }).map((changes) => {
    const copy = Uint8Array.from(document)
    for (const [at, value] of changes) copy[at] = value
    return copy
  })
}

const alarm = {
  AlarmName: 'a',
  Dimensions: [{ Name: 'n', Value: 'v' }],
  Threshold: 1.5,
  Tags: [],
  EvaluationPeriods: 3,
}
const json = fc.oneof(
  fc.json({ maxDepth: 6 }).map((each) => Buffer.from(each)),
  text('{', '}', '[', ']', ':', ',', '"Item":', '"a":', '{"M":', '{"S":"x"}', 'null', '1e999', '"'),
  mutated(Buffer.from(JSON.stringify({ ...alarm, FunctionName: 'f', Timeout: 3, Layers: ['a'] }))),
)
const form = text(
  ...['&', '=', '.', '1', 'member', 'entry', 'Action=CreateRole&', 'Tags', 'Key', 'Value', '%'],
  ...[
    'Dimensions.member.1.Name=a&',
    '__proto__',
    'constructor',
    '9999999999',
    '%F0%9F',
    'Tag.1.Key=x&',
  ],
)
const xml = text(
  ...[
    '<',
    '>',
    '/',
    '<Tagging>',
    '</Tagging>',
    '<TagSet>',
    '<Tag>',
    '</Tag>',
    '<Key>k</Key>',
    '&amp;',
  ],
  ...[
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?xml ?>',
    '<!DOCTYPE a [',
    '&#0;',
    '&#x110000;',
    ' a="b"',
    '"',
  ],
)
const cbor = fc.oneof(
  mutated(encodeCbor(alarm)),
  // Length prefixes that claim everything, and nesting without end.
  fc
    .constantFrom('9bffffffffffffffff', 'bbffffffffffffffff', '5bffffffffffffffff', '9f', 'bf')
    .map((hex) => Buffer.from(hex, 'hex')),
  fc.nat(100_000).map((length) => Buffer.alloc(length, 0x81)),
  fc.nat(2000).map((length) => Buffer.alloc(length, 0xc1)),
)

const form_ = 'application/x-www-form-urlencoded'
const subjects: readonly Subject[] = [
  {
    service: 'lambda',
    fixture: false,
    operations: ['CreateFunction', 'Invoke', 'TagResource', 'UpdateFunctionCode'],
    headers: () => ({}),
    body: json,
  },
  {
    service: 'dynamodb',
    fixture: true,
    operations: ['PutItem', 'BatchWriteItem', 'Query'],
    headers: (operation) => ({ 'x-amz-target': `DynamoDB_20120810.${operation}` }),
    body: json,
  },
  {
    service: 'iam',
    fixture: false,
    operations: ['CreateRole', 'SimulateCustomPolicy'],
    headers: () => ({ 'content-type': form_ }),
    body: form,
  },
  {
    service: 'ec2',
    fixture: true,
    operations: ['DescribeInstances'],
    headers: () => ({ 'content-type': form_ }),
    body: form,
  },
  {
    service: 'sqs',
    fixture: true,
    operations: ['SendMessageBatch', 'CreateQueue'],
    headers: () => ({ 'content-type': form_ }),
    body: form,
  },
  {
    service: 's3',
    fixture: true,
    operations: ['PutBucketTagging', 'DeleteObjects', 'CompleteMultipartUpload', 'PutObject'],
    headers: () => ({}),
    body: xml,
  },
  {
    service: 'cloudwatch',
    fixture: true,
    operations: ['PutMetricAlarm', 'GetMetricData'],
    headers: () => ({ 'smithy-protocol': 'rpc-v2-cbor' }),
    path: (operation) => `/service/GraniteServiceVersion20100801/operation/${operation}`,
    body: cbor,
  },
]

describe('parsers throw nothing but ServiceError', () => {
  for (const subject of subjects) {
    describe(subject.service, () => {
      let service: ServiceModel
      before(async () => {
        service = await (subject.fixture ? fixtureModel : loadService)(subject.service)
      })

      test('bodies', () => {
        fc.assert(
          fc.property(
            fc.constantFrom(...subject.operations),
            fc.oneof(subject.body, bytes),
            (name, body) => {
              const operation = service.operations.get(name)
              assert.ok(operation)
              const headers = subject.headers(name)
              const path = subject.path?.(name) ?? '/'
              const request: HttpRequest = { method: 'POST', path, query: '', headers, body }
              onlyServiceErrors(service, request, () => {
                const protocol = identifyProtocol(request, service)
                const labels = [...operation.uri.matchAll(/\{/g)].map(() => 'x')
                const input = protocol.parse(service, { operation, labels }, request)
                checkConstraints(service, operation, input)
              })
            },
          ),
          { numRuns: 400 },
        )
      })

      test('whole requests: method, path, query, headers', () => {
        const segment = fc.oneof(
          fc.constantFrom(
            'functions',
            '2015-03-31',
            'invocations',
            'a',
            '%',
            '%zz',
            '%C3%A9',
            'service',
          ),
          fc.string(),
        )
        const header = fc.oneof(fc.string(), fc.constantFrom('3', 'true', 'text/plain', form_))
        fc.assert(
          fc.property(
            fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'toString'),
            fc.array(segment).map((segments) => `/${segments.join('/')}`),
            fc.oneof(
              fc.string(),
              fc.constantFrom('Marker=%&MaxItems=x', 'Action=ListRoles', '&&=&'),
            ),
            fc.dictionary(
              fc.constantFrom(
                'authorization',
                'x-amz-target',
                'content-type',
                'x-amz-content-sha256',
              ),
              header,
            ),
            fc.oneof(subject.body, bytes),
            (method, path, query, headers, body) => {
              const request: HttpRequest = { method, path, query, headers, body }
              identifyService(request)
              onlyServiceErrors(service, request, () => {
                const protocol = identifyProtocol(request, service)
                const route = protocol.route(service, request)
                protocol.parse(service, route, request)
              })
            },
          ),
          { numRuns: 400 },
        )
      })
    })
  }
})

function onlyServiceErrors(service: ServiceModel, request: HttpRequest, action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const protocol = identifyProtocol(request, service)
    const response = protocol.serializeError(service, undefined, error, requestId)
    assert.ok(response.status >= 400 && response.status < 500)
    // A stranger's bytes are not said back without end.
    assert.ok((response.body as string | Uint8Array).length < 2000)
    for (const value of Object.values(response.headers)) assert.doesNotMatch(value, /[\r\n]/)
  }
}
