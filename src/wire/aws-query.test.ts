import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  EntityAlreadyExistsException,
  IAMClient,
  ListRolesCommand,
  SimulateCustomPolicyCommand,
  TagRoleCommand,
  UploadServerCertificateCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { ServiceError } from '../kernel/errors.ts'
import { loadService, type ServiceModel } from '../model/index.ts'
import { fixtureModel, requestId, startTestServer, type TestServer } from './test-server.ts'

const credentials = { accessKeyId: '000000000000', secretAccessKey: 'x' }

function options(server: TestServer) {
  return { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
}

async function post(server: TestServer, body: string): Promise<string> {
  const response = await fetch(server.endpoint, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  })
  return response.text()
}

describe('awsQuery with the IAM and STS clients', () => {
  let iam: TestServer
  let sts: TestServer
  let iamClient: IAMClient
  let stsClient: STSClient

  before(async () => {
    iam = await startTestServer(await loadService('iam'))
    sts = await startTestServer(await loadService('sts'))
    iamClient = new IAMClient(options(iam))
    stsClient = new STSClient(options(sts))
  })
  after(async () => {
    iamClient.destroy()
    stsClient.destroy()
    await iam[Symbol.asyncDispose]()
    await sts[Symbol.asyncDispose]()
  })

  test('structures, lists of structures, timestamps, big and unicode text', async () => {
    const document = JSON.stringify({ Statement: 'ü+ &=%<>"\'\r\n\t'.repeat(2000) })
    const created = new Date('2024-02-29T12:34:56Z')
    const role = {
      Path: '/',
      RoleName: 'r',
      RoleId: 'AROA',
      Arn: 'arn:aws:iam::000000000000:role/r',
      CreateDate: created,
      AssumeRolePolicyDocument: document,
      MaxSessionDuration: 3600,
      Tags: [
        { Key: 'a', Value: '' },
        { Key: 'ü', Value: '💥' },
      ],
      RoleLastUsed: { LastUsedDate: new Date(created.getTime() + 123) },
    }
    iam.answer = () => ({ Role: role })
    const input = {
      RoleName: 'r',
      AssumeRolePolicyDocument: document,
      MaxSessionDuration: 3600,
      Tags: role.Tags,
    }
    const output = await iamClient.send(new CreateRoleCommand(input))
    assert.equal(iam.last.service, 'iam')
    assert.equal(iam.last.protocol, 'awsQuery')
    assert.deepEqual(iam.last.input, input)
    assert.deepEqual(output.Role, role)
    assert.equal(output.$metadata.requestId, requestId)
  })

  test('empty lists, empty results, operations without output', async () => {
    iam.answer = () => ({ Roles: [], IsTruncated: false })
    const listed = await iamClient.send(new ListRolesCommand({}))
    assert.deepEqual(iam.last.input, {})
    assert.deepEqual(listed.Roles, [])
    assert.equal(listed.IsTruncated, false)
    await iamClient.send(new TagRoleCommand({ RoleName: 'r', Tags: [] }))
    assert.deepEqual(iam.last.input, { RoleName: 'r', Tags: [] })
    const deleted = await iamClient.send(new DeleteRoleCommand({ RoleName: 'r' }))
    assert.equal(deleted.$metadata.httpStatusCode, 200)
  })

  test('maps, nested lists, numbers and booleans', async () => {
    iam.answer = () => ({
      EvaluationResults: [
        {
          EvalActionName: 'a',
          EvalDecision: 'allowed',
          MatchedStatements: [{ StartPosition: { Line: 1, Column: 17 } }],
          EvalDecisionDetails: { 'user policy': 'allowed', '<b>': 'explicitDeny' },
        },
      ],
    })
    const input = {
      PolicyInputList: ['{}', '[]'],
      ActionNames: ['s3:*'],
      ContextEntries: [{ ContextKeyName: 'k', ContextKeyValues: ['1', '2'] }],
      MaxItems: 7,
    }
    const output = await iamClient.send(new SimulateCustomPolicyCommand(input))
    assert.deepEqual(iam.last.input, input)
    assert.deepEqual(output.EvaluationResults, [
      {
        EvalActionName: 'a',
        EvalDecision: 'allowed',
        MatchedStatements: [{ StartPosition: { Line: 1, Column: 17 } }],
        EvalDecisionDetails: { 'user policy': 'allowed', '<b>': 'explicitDeny' },
      },
    ])
  })

  test('STS: results and lists of structures', async () => {
    sts.answer = () => ({ UserId: 'u', Account: '000000000000', Arn: 'arn:aws:iam::0:root' })
    const identity = await stsClient.send(new GetCallerIdentityCommand({}))
    assert.equal(sts.last.service, 'sts')
    assert.deepEqual(
      [identity.UserId, identity.Account, identity.Arn],
      ['u', '000000000000', 'arn:aws:iam::0:root'],
    )
    const expiration = new Date('2030-01-01T00:00:00Z')
    sts.answer = () => ({
      Credentials: {
        AccessKeyId: 'A',
        SecretAccessKey: 'S+/=',
        SessionToken: 'T',
        Expiration: expiration,
      },
    })
    const input = {
      RoleArn: 'arn:aws:iam::000000000000:role/r',
      RoleSessionName: 's',
      PolicyArns: [{ arn: 'arn:1' }, { arn: 'arn:2' }],
      DurationSeconds: 900,
    }
    const assumed = await stsClient.send(new AssumeRoleCommand(input))
    assert.deepEqual(sts.last.input, input)
    assert.deepEqual(assumed.Credentials?.Expiration, expiration)
    assert.equal(assumed.Credentials?.SecretAccessKey, 'S+/=')
  })

  test('modelled errors are found by query code and by name', async () => {
    for (const code of ['EntityAlreadyExists', 'EntityAlreadyExistsException']) {
      iam.answer = () => {
        throw new ServiceError(code, 'Role with name r already exists. <&>')
      }
      const command = new UploadServerCertificateCommand({
        ServerCertificateName: 'c',
        CertificateBody: 'b',
        PrivateKey: 'k',
      })
      await assert.rejects(iamClient.send(command), (error) => {
        assert.ok(error instanceof EntityAlreadyExistsException)
        assert.equal(error.message, 'Role with name r already exists. <&>')
        assert.equal(error.$metadata.httpStatusCode, 409)
        assert.equal(error.$metadata.requestId, requestId)
        return true
      })
    }
  })

  test('unmodelled errors and faults', async () => {
    iam.answer = () => {
      throw new ServiceError('InternalFailure', 'sorry', { status: 500 })
    }
    await assert.rejects(iamClient.send(new ListRolesCommand({})), (error: Error) => {
      assert.equal(error.name, 'InternalFailure')
      assert.equal(error.message, 'sorry')
      return true
    })
    assert.equal(
      await post(iam, 'Action=ListRoles&Version=2010-05-08'),
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error>' +
        '<Type>Receiver</Type><Code>InternalFailure</Code><Message>sorry</Message></Error>' +
        `<RequestId>${requestId}</RequestId></ErrorResponse>`,
    )
  })

  test('the text of a result; an action in the query string', async () => {
    sts.answer = () => ({ Account: '000000000000' })
    const response = await fetch(`${sts.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`)
    assert.equal(response.headers.get('content-type'), 'text/xml')
    assert.equal(
      await response.text(),
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
        '<GetCallerIdentityResult><Account>000000000000</Account></GetCallerIdentityResult>' +
        `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>` +
        '</GetCallerIdentityResponse>',
    )
  })

  test('missing and unknown actions, values of the wrong type', async () => {
    assert.match(await post(iam, 'Version=2010-05-08'), /<Code>MissingAction<\/Code>/)
    assert.match(await post(iam, 'Action=Nope'), /<Code>InvalidAction<\/Code>/)
    assert.match(await post(iam, 'Action=toString'), /<Code>InvalidAction<\/Code>/)
    assert.match(await post(iam, 'Action=ListRoles&MaxItems=x'), /<Code>MalformedInput<\/Code>/)
    assert.match(await post(iam, 'Action=ListRoles&Marker=%ZZ'), /<Code>MalformedQueryString</)
    assert.match(await post(iam, `Action=ListRoles&${'a.'.repeat(200)}b=1`), /MalformedInput/)
  })
})

describe('awsQuery forms of the older SQS clients', () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer(await fixtureModel('sqs'))
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
  })

  test('flattened maps and lists under their own names', async () => {
    server.answer = () => ({ QueueUrl: 'http://q' })
    const text = await post(
      server,
      'Action=CreateQueue&Version=2012-11-05&QueueName=q' +
        '&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5' +
        '&Attribute.2.Name=VisibilityTimeout&Attribute.2.Value=30&Tag.1.Key=a&Tag.1.Value=b',
    )
    assert.equal(server.last.protocol, 'awsQuery')
    assert.deepEqual(server.last.input, {
      QueueName: 'q',
      Attributes: { DelaySeconds: '5', VisibilityTimeout: '30' },
      tags: { a: 'b' },
    })
    assert.match(text, /<CreateQueueResult><QueueUrl>http:\/\/q<\/QueueUrl><\/CreateQueueResult>/)
  })

  test('batch entries with attributes; flattened results', async () => {
    server.answer = () => ({ Successful: [{ Id: '1' }, { Id: '2' }], Failed: [] })
    const entry = 'SendMessageBatchRequestEntry'
    const text = await post(
      server,
      `Action=SendMessageBatch&QueueUrl=u&${entry}.1.Id=1&${entry}.1.MessageBody=a+b%2B` +
        `&${entry}.2.Id=2&${entry}.2.MessageBody=` +
        `&${entry}.2.MessageAttribute.1.Name=n&${entry}.2.MessageAttribute.1.Value.DataType=Binary` +
        `&${entry}.2.MessageAttribute.1.Value.BinaryValue=AAH%2F`,
    )
    assert.deepEqual(server.last.input, {
      QueueUrl: 'u',
      Entries: [
        { Id: '1', MessageBody: 'a b+' },
        {
          Id: '2',
          MessageBody: '',
          MessageAttributes: { n: { DataType: 'Binary', BinaryValue: Buffer.from([0, 1, 255]) } },
        },
      ],
    })
    assert.match(
      text,
      /<SendMessageBatchResult><SendMessageBatchResultEntry><Id>1<\/Id><\/SendMessageBatchResultEntry><SendMessageBatchResultEntry><Id>2</,
    )
    server.answer = () => ({
      Messages: [{ MessageId: 'm', Attributes: { SentTimestamp: '1' }, Body: 'b' }],
    })
    assert.match(
      await post(server, 'Action=ReceiveMessage&QueueUrl=u&AttributeName.1=All'),
      /<ReceiveMessageResult><Message><MessageId>m<\/MessageId>.*<Attribute><Name>SentTimestamp<\/Name><Value>1<\/Value><\/Attribute>.*<\/Message>/,
    )
    assert.deepEqual(server.last.input, { QueueUrl: 'u', AttributeNames: ['All'] })
  })

  test('errors under their query codes', async () => {
    server.answer = () => {
      throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.')
    }
    const text = await post(server, 'Action=GetQueueUrl&QueueName=q')
    assert.match(text, /<Code>AWS\.SimpleQueueService\.NonExistentQueue<\/Code>/)
  })
})

test('awsQuery forms of SNS: maps with named keys and values, inside lists', async () => {
  await using server = await startTestServer(await fixtureModel('sns'))
  server.answer = () => ({ Successful: [{ Id: '1', MessageId: 'm' }], Failed: [] })
  const entry = 'PublishBatchRequestEntries.member.1'
  const text = await post(
    server,
    `Action=PublishBatch&TopicArn=t&${entry}.Id=1&${entry}.Message=%C3%BC` +
      `&${entry}.MessageAttributes.entry.1.Name=a` +
      `&${entry}.MessageAttributes.entry.1.Value.DataType=String` +
      `&${entry}.MessageAttributes.entry.1.Value.StringValue=s`,
  )
  assert.deepEqual(server.last.input, {
    TopicArn: 't',
    PublishBatchRequestEntries: [
      { Id: '1', Message: 'ü', MessageAttributes: { a: { DataType: 'String', StringValue: 's' } } },
    ],
  })
  assert.match(
    text,
    /<Successful><member><Id>1<\/Id><MessageId>m<\/MessageId><\/member><\/Successful><Failed><\/Failed>/,
  )
})

describe('ec2Query with the EC2 client', () => {
  let service: ServiceModel
  let server: TestServer
  let client: EC2Client

  before(async () => {
    service = await fixtureModel('ec2')
    server = await startTestServer(service)
    client = new EC2Client(options(server))
  })
  after(async () => {
    client.destroy()
    await server[Symbol.asyncDispose]()
  })

  test('lists without member, capitalised names, nested results', async () => {
    const launched = new Date('2024-01-01T00:00:00Z')
    server.answer = () => ({
      Reservations: [
        {
          ReservationId: 'r-1',
          Instances: [
            {
              InstanceId: 'i-1',
              LaunchTime: launched,
              EbsOptimized: false,
              State: { Code: 16, Name: 'running' },
              Tags: [{ Key: 'k', Value: '<v>' }],
            },
          ],
        },
      ],
    })
    const input = {
      InstanceIds: ['i-1', 'i-2'],
      Filters: [{ Name: 'tag:k', Values: ['a', 'b'] }],
      MaxResults: 5,
      DryRun: true,
    }
    const output = await client.send(new DescribeInstancesCommand(input))
    assert.equal(server.last.service, 'ec2')
    assert.equal(server.last.protocol, 'ec2Query')
    assert.deepEqual(server.last.input, input)
    const instance = output.Reservations?.[0]?.Instances?.[0]
    assert.equal(output.$metadata.requestId, requestId)
    assert.deepEqual(instance?.LaunchTime, launched)
    assert.deepEqual(instance?.State, { Code: 16, Name: 'running' })
    assert.deepEqual(instance?.Tags, [{ Key: 'k', Value: '<v>' }])
    assert.equal(instance?.EbsOptimized, false)
  })

  test('members with a query name of their own; empty answers', async () => {
    const input = { Resources: ['i-1'], Tags: [{ Key: 'a', Value: 'b' }] }
    server.answer = () => ({})
    await client.send(new CreateTagsCommand(input))
    assert.deepEqual(server.last.input, input)
    assert.equal(server.last.operation, 'CreateTags')
  })

  test('errors have an envelope of their own', async () => {
    server.answer = () => {
      throw new ServiceError('InvalidInstanceID.NotFound', "The instance ID 'i-1' does not exist")
    }
    const command = new TerminateInstancesCommand({ InstanceIds: ['i-1'] })
    await assert.rejects(client.send(command), (error: Error) => {
      assert.equal(error.name, 'InvalidInstanceID.NotFound')
      assert.equal(error.message, "The instance ID 'i-1' does not exist")
      return true
    })
  })
})
