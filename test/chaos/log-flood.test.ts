/**
 * A function that logs without end: it gets its answer, its log says what was left out, what is kept stays within
 * `--log-storage`, and all of it can be seen in the metrics. No sandbox is needed: the server keeps these bounds.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { clientsOf, deploy, invoke } from '../kit/deploy.ts'
import { type TestServer, startTestServer } from '../kit/server.ts'

const megabyte = 1024 * 1024
const kept = 8 * megabyte

/** As fast as the server reads. */
const flood = `const { writeSync } = require('node:fs')
exports.handler = async ({ megabytes }) => {
  const block = Buffer.from(('x'.repeat(1023) + '\\n').repeat(64))
  let left = megabytes * 16
  while (left > 0) {
    for (let from = 0; from < block.length; ) {
      try { from += writeSync(1, block, from) }
      catch (error) { if (error.code !== 'EAGAIN') throw error }
    }
    left -= 1
  }
  return 'done'
}`

async function metricsOf(server: TestServer): Promise<Map<string, number>> {
  const text = await (await fetch(`${server.url}/_lambdad/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

it('a function that floods its log costs nothing but its lines', async () => {
  await using server = await startTestServer({
    args: ['--isolation=process', '--log-storage=8mb'],
  })
  const { lambda, logs } = clientsOf(server.url)
  await deploy(lambda, { FunctionName: 'flood', Timeout: 60, files: { 'index.js': flood } })
  const { text, log } = await invoke(server.url, 'flood', { megabytes: 96 })
  assert.equal(text, '"done"')
  const [dropped, end, report] = log.slice(-3)
  assert.match(
    dropped ?? '',
    /^LAMBDAD platform\.logsDropped droppedRecords: \d+ droppedBytes: \d+ /,
  )
  assert.match(end ?? '', /^END RequestId: /)
  assert.match(report ?? '', /^REPORT RequestId: /)

  const metrics = await metricsOf(server)
  assert.equal(metrics.get('lambdad_invocations_total{result="success"}'), 1)
  assert.equal(metrics.get('lambdad_environments{state="idle"}'), 1)
  const droppedBytes = metrics.get('lambdad_log_dropped_bytes_total') ?? 0
  assert.ok(droppedBytes > megabyte && droppedBytes < 70 * megabyte, String(droppedBytes))
  assert.ok((metrics.get('process_resident_memory_bytes') ?? 0) > 0)

  const groupOf = async () => {
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}))
    return logGroups?.[0] ?? assert.fail('the function has no log')
  }
  const told = 'logs have outgrown --log-storage: the oldest events were deleted'
  while (!server.output().includes(told) || ((await groupOf()).storedBytes ?? 0) > kept) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const after = await metricsOf(server)
  const stored = after.get('lambdad_log_stored_bytes') ?? 0
  assert.ok(stored > 0 && stored <= kept, String(stored))
  assert.ok((after.get('lambdad_log_deleted_bytes_total') ?? 0) > 16 * megabyte)

  const { logGroupName } = await groupOf()
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }))
  const [stream] = logStreams ?? []
  const page = { logGroupName, logStreamName: stream?.logStreamName }
  const first = await logs.send(new GetLogEventsCommand({ ...page, startFromHead: true }))
  assert.equal(first.events?.[0]?.timestamp, stream?.firstEventTimestamp)
  const last = await logs.send(new GetLogEventsCommand(page))
  assert.equal(last.events?.at(-1)?.message, `${report}\n`)
  for (const client of [lambda, logs]) client.destroy()
})
