/** CloudWatch Logs as the AWS CLI, boto3 (logs-chain.py) and the AWS SDK for JavaScript know it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  CloudWatchLogsClient,
  StartLiveTailCommand,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs'
import { AwsCli, noAwsCli } from '../kit/aws-cli.ts'
import { clientsOf, deploy } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'
import { InvokeCommand } from '@aws-sdk/client-lambda'

/** Set by tools/in-toolchain; empty when there is none. */
const python = process.env['LAMBDAD_TEST_PYTHON'] ?? ''
const noPython = python === '' ? 'there is no boto3; npm test installs it where it can' : undefined
const chain = fileURLToPath(new URL('logs-chain.py', import.meta.url))

const skip = noSandboxes ?? false

describe('CloudWatch Logs', { skip, timeout: 300_000 }, () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server?.[Symbol.asyncDispose]())

  test('through boto3', { skip: noPython ?? false }, async () => {
    // Nothing of the user's own AWS settings gets in.
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent', NO_PROXY: '*' }
    const { stdout } = await promisify(execFile)(python, ['-B', chain, server.url], { env })
    assert.equal(stdout.trim(), 'done: settings, patterns, metric filters, live tail')
  })

  test('through the AWS CLI', { skip: noAwsCli ?? false }, async () => {
    const account = '123456789012'
    const aws = new AwsCli(server.url, { account, region: 'eu-central-1' })
    const logs = (...args: string[]) => aws.json('logs', ...args)
    const group = ['--log-group-name', 'cli']
    await logs('create-log-group', ...group, '--tags', 'team=a')
    await logs('put-retention-policy', ...group, '--retention-in-days', '30')
    await logs('tag-log-group', ...group, '--tags', 'stage=test')
    await logs('untag-log-group', ...group, '--tags', 'team')
    assert.deepEqual(await logs('list-tags-log-group', ...group), { tags: { stage: 'test' } })
    const { logGroups } = (await logs('describe-log-groups')) as {
      logGroups: { retentionInDays: number }[]
    }
    assert.deepEqual(
      logGroups.map(({ retentionInDays }) => retentionInDays),
      [30],
    )
    const wrong = await aws.run(
      'logs',
      'put-retention-policy',
      ...group,
      '--retention-in-days',
      '2',
    )
    assert.match(wrong.stderr, /\(InvalidParameterException\).*PutRetentionPolicy/)

    const stream = [...group, '--log-stream-name', 's']
    await logs('create-log-stream', ...stream)
    const events = ['{"level":"ERROR"}', 'INFO a 404'].map((message) => ({
      timestamp: Date.now(),
      message,
    }))
    await logs('put-log-events', ...stream, '--log-events', JSON.stringify(events))
    const tail = async (pattern: string) => {
      const ran = await aws.run(
        'logs',
        'tail',
        'cli',
        '--format',
        'short',
        '--filter-pattern',
        pattern,
      )
      return ran.stdout.trim().replace(/^\S+ /, '')
    }
    assert.equal(await tail('{ $.level = ERROR }'), '{"level":"ERROR"}')
    assert.equal(await tail('[level, what, status >= 400]'), 'INFO a 404')

    const transformation = 'metricName=errors,metricNamespace=app,metricValue=1,defaultValue=0'
    const filter = [...group, '--filter-name', 'errors']
    await logs(
      ...['put-metric-filter', ...filter, '--filter-pattern', 'ERROR'],
      ...['--metric-transformations', transformation],
    )
    const { metricFilters } = (await logs('describe-metric-filters', ...group)) as {
      metricFilters: { metricTransformations: object[] }[]
    }
    assert.deepEqual(metricFilters[0]?.metricTransformations, [
      { metricName: 'errors', metricNamespace: 'app', metricValue: '1', defaultValue: 0 },
    ])
    await logs('delete-metric-filter', ...filter)
    await logs('delete-retention-policy', ...group)
    await logs('delete-log-group', ...group)
  })

  test('Live Tail of a real function, through the AWS SDK for JavaScript', async () => {
    const { lambda } = clientsOf(server.url)
    await deploy(lambda, {
      FunctionName: 'tailed',
      files: { 'index.mjs': 'export const handler = async (n) => console.log("number", n)' },
    })
    await lambda.send(new InvokeCommand({ FunctionName: 'tailed', Payload: '0' }))
    const logs = new CloudWatchLogsClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: '000000000000', secretAccessKey: 'secret' },
      // Else it looks for a host named stream-127.0.0.1.
      disableHostPrefix: true,
    })
    const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/tailed'
    const { responseStream } = await logs.send(
      new StartLiveTailCommand({
        logGroupIdentifiers: [arn],
        logEventFilterPattern: '%number [1-9]%',
      }),
    )
    assert.ok(responseStream)
    const events = responseStream[Symbol.asyncIterator]()
    const first: StartLiveTailResponseStream = (await events.next()).value
    assert.deepEqual(first.sessionStart?.logGroupIdentifiers, [arn])
    for (const Payload of ['0', '1', '2']) {
      await lambda.send(new InvokeCommand({ FunctionName: 'tailed', Payload }))
    }
    const found: string[] = []
    while (found.length < 2) {
      const { sessionUpdate }: StartLiveTailResponseStream = (await events.next()).value
      for (const { message } of sessionUpdate?.sessionResults ?? []) {
        found.push(/number \d/.exec(message ?? '')?.[0] ?? '')
      }
    }
    assert.deepEqual(found, ['number 1', 'number 2'])
    // The session is still open: the server's end does not wait three hours for it.
    assert.equal(await server.stop('SIGTERM'), 0)
  })
})
