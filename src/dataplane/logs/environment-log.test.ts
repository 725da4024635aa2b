/** What of a flood is kept, and what is said of the rest. What one line becomes is output-decoder.test.ts's. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { newRequestId } from '../../kernel/ids.ts'
import { Counter } from '../../kernel/metrics.ts'
import type { RunnableVersion } from '../../kernel/ports.ts'
import { Invocation } from '../invocation.ts'
import {
  logBurstBytes,
  logBytesPerSecond,
  logLineOverheadBytes,
  logTailBytesMax,
} from '../limits.ts'
import { EnvironmentLog } from './environment-log.ts'

function setUp(changes: Partial<RunnableVersion> = {}) {
  const version = {
    region: 'eu-west-1',
    functionName: 'f',
    version: '$LATEST',
    memoryMb: 128,
    logFormat: 'Text',
    ...changes,
  } as RunnableVersion
  const clock = new FakeClock()
  const lines: string[] = []
  const drops = { records: new Counter(), bytes: new Counter() }
  const writer = { write: (_timestampMs: number, line: string) => void lines.push(line) }
  const log = new EnvironmentLog(writer, version, clock, drops)
  const stdout = new PassThrough()
  log.read(stdout)
  const invocation = new Invocation(version, {
    requestId: newRequestId(),
    payload: Buffer.from('{}'),
    invokedArn: 'arn',
    clientContext: undefined,
    traceId: '',
    tail: true,
  })
  /** What a function prints in one go. */
  const print = async (text: string): Promise<void> => {
    stdout.write(text)
    await turn()
  }
  const begin = (): void => {
    log.beginInvocation(invocation)
    log.platform.start(invocation, clock.nowMs())
  }
  const end = (): Uint8Array | undefined => {
    log.flush()
    const report = { durationMs: 1, billedDurationMs: 1, maxMemoryUsedMb: 1 }
    log.platform.end(invocation, report)
    return log.endInvocation()
  }
  return { clock, drops, lines, log, print, begin, end, requestId: invocation.request.requestId }
}

/** Lines that cost 1 KiB each. */
const line = 'x'.repeat(1024 - logLineOverheadBytes) + '\n'
const burstLines = logBurstBytes / 1024
const linesPerSecond = logBytesPerSecond / 1024

const reason = 'The function logs more than is kept: 32 MiB at once, then 4 MiB a second.'

function told(droppedRecords: number): string {
  const droppedBytes = droppedRecords * (line.length - 1)
  return `LAMBDAD platform.logsDropped droppedRecords: ${droppedRecords} droppedBytes: ${droppedBytes} reason: ${reason}\n`
}

test('a flood is cut off, the platform`s lines are not, and the log says what was left out', async () => {
  const { drops, lines, print, begin, end, requestId } = setUp()
  begin()
  for (let each = 0; each < 64; each += 1) await print(line.repeat(burstLines / 32))
  const tail = end()
  assert.deepEqual(lines.slice(0, 2), [`START RequestId: ${requestId} Version: $LATEST\n`, line])
  assert.equal(lines.filter((each) => each === line).length, burstLines)
  const last = lines.slice(1 + burstLines)
  assert.deepEqual(last.slice(0, 2), [told(burstLines), `END RequestId: ${requestId}\n`])
  assert.match(last[2] ?? '', /^REPORT RequestId: /)
  assert.equal(last.length, 3)
  assert.equal(drops.records.value, burstLines)
  assert.equal(drops.bytes.value, burstLines * (line.length - 1))
  assert.equal(tail?.length, logTailBytesMax)
  assert.ok(Buffer.from(tail).toString().endsWith(last.join('')))
})

test('what is kept of a flood that goes on are passages, each pause told once, where it ends', async () => {
  const { clock, lines, print, begin, end } = setUp()
  begin()
  await print(line.repeat(burstLines))
  for (let second = 0; second < 5; second += 1) {
    for (let eighth = 0; eighth < 8; eighth += 1) {
      await print(line.repeat(linesPerSecond))
      clock.advance(125)
    }
  }
  end()
  const rest = lines.slice(1 + burstLines, -2)
  const pauses = rest.filter((each) => each !== line)
  const passages = rest
    .map((each) => (each === line ? '.' : '|'))
    .join('')
    .split('|')
    .slice(1)
  // A second passes before each; what is kept then is what has come together until it is used up.
  assert.equal(pauses.length, 5)
  assert.deepEqual(
    passages.map((passage) => passage.length / linesPerSecond),
    [9 / 8, 9 / 8, 9 / 8, 9 / 8, 0],
  )
  const dropped = pauses.map((each) => Number(/droppedRecords: (\d+)/.exec(each)?.[1]))
  const keptLines = passages.join('').length
  assert.equal(dropped.reduce((sum, each) => sum + each) + keptLines, 5 * 8 * linesPerSecond)
})

test('each invocation of a pause is told of its own lines, and one that prints nothing of none', async () => {
  const { lines, print, begin, end } = setUp()
  await print(line.repeat(burstLines))
  for (const count of [3, 0, 5]) {
    begin()
    await print(line.repeat(count))
    end()
  }
  const platform = lines.filter((each) => each !== line).map((each) => each.split(' ')[0])
  const whole = ['START', 'LAMBDAD', 'END', 'REPORT']
  assert.deepEqual(platform, [...whole, 'START', 'END', 'REPORT', ...whole])
  assert.deepEqual(
    lines.filter((each) => each.startsWith('LAMBDAD')),
    [told(3), told(5)],
  )
})

test('with the JSON format it is an event of the Telemetry API', async () => {
  const { clock, lines, print, begin, end } = setUp({ logFormat: 'JSON', systemLogLevel: 'WARN' })
  begin()
  await print(line.repeat(burstLines + 7))
  end()
  assert.deepEqual(JSON.parse(lines.at(-1) ?? ''), {
    time: new Date(clock.nowMs()).toISOString(),
    type: 'platform.logsDropped',
    record: { reason, droppedRecords: 7, droppedBytes: 7 * (line.length - 1) },
  })
})

test('lines that are not wanted cost nothing', async () => {
  const { lines, print } = setUp({ logFormat: 'JSON', applicationLogLevel: 'WARN' })
  const debug = `${JSON.stringify({ level: 'DEBUG', message: 'x'.repeat(1000) })}\n`
  for (let each = 0; each < 64; each += 1) await print(debug.repeat(burstLines / 32))
  const warn = `${JSON.stringify({ level: 'WARN', message: 'kept' })}\n`
  await print(warn)
  assert.deepEqual(lines, [warn])
})

test('text that grows when it is stored is counted as it is stored', async () => {
  const { lines, print } = setUp()
  // No UTF-8: each byte becomes three.
  const broken = Buffer.alloc(1024, 0xff).toString('latin1')
  const stdout = `${broken}\n`.repeat(1000)
  for (let each = 0; each < 40; each += 1) await print(Buffer.from(stdout, 'latin1') as never)
  const bytes = lines.reduce((sum, each) => sum + Buffer.byteLength(each), 0)
  assert.ok(bytes <= logBurstBytes && bytes > logBurstBytes / 2, String(bytes))
})

test('what was left out last is told when the environment ends', async () => {
  const { lines, log, print } = setUp()
  await print(line.repeat(burstLines + 2))
  log.close()
  assert.equal(lines.at(-1), told(2))
})
