import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { first, invoke, read, setUp, settle } from '../../test/kit/dataplane.ts'
import { type FakeRuntime, chatty, crashing, polite, silent } from '../../test/kit/fake-sandbox.ts'
import { ServiceError } from '../kernel/errors.ts'

test('one environment serves one invocation after the other', async () => {
  const { backend, dataplane } = setUp(polite)
  for (let n = 0; n < 5; n += 1) assert.deepEqual(read(await invoke(dataplane, { n })), { n })
  assert.equal(backend.processes.length, 1)
  await dataplane[Symbol.asyncDispose]()
  assert.equal(backend.alive.size, 0)
})

test('invocations at the same time get an environment each, and wait for none that is busy', async () => {
  const { backend, dataplane } = setUp(polite)
  const results = await Promise.all([1, 2, 3].map((n) => invoke(dataplane, { n })))
  assert.deepEqual(results.map(read), [{ n: 1 }, { n: 2 }, { n: 3 }])
  assert.ok(backend.processes.length <= 3)
  await dataplane[Symbol.asyncDispose]()
})

test('the log of an invocation: START, its lines, END, REPORT', async () => {
  const { clock, dataplane, lines } = setUp(chatty)
  const running = invoke(dataplane, {}, { tail: true })
  const { logTail } = await running
  await settle()
  assert.match(lines[0] ?? '', /^INIT_START Runtime Version: fake:1\.v1\tRuntime Version ARN: arn:/)
  assert.match(lines[1] ?? '', /^START RequestId: [0-9a-f-]{36} Version: \$LATEST\n$/)
  assert.equal(lines[2], 'line 0\n')
  assert.equal(lines[1001], 'line 999\n')
  assert.match(lines[1002] ?? '', /^END RequestId: /)
  assert.match(
    lines[1003] ?? '',
    /^REPORT RequestId: \S+\tDuration: 0\.00 ms\tBilled Duration: 0 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 0\.00 ms\t\n$/,
  )
  const tail = Buffer.from(logTail ?? []).toString()
  assert.equal(tail.length, 4096)
  assert.ok(tail.endsWith(lines[1003] ?? 'none'))
  assert.equal(clock.monotonicMs(), 0)
  await dataplane[Symbol.asyncDispose]()
})

test('a process that ends in the middle of an invocation fails it, and is replaced', async () => {
  const { backend, dataplane, lines } = setUp(crashing)
  for (let n = 1; n <= 2; n += 1) {
    const result = await invoke(dataplane)
    assert.equal(result.functionError, 'Unhandled')
    const { errorType, errorMessage } = read(result) as Record<string, string>
    assert.equal(errorType, 'Runtime.ExitError')
    assert.match(
      errorMessage ?? '',
      /^RequestId: \S+ Error: Runtime exited with error: exit status 1$/,
    )
    assert.equal(backend.processes.length, n)
  }
  await settle()
  assert.ok(lines.some((line) => line.endsWith('\tStatus: error\tError Type: Runtime.ExitError\n')))
  assert.equal(backend.alive.size, 0)
})

test('an invocation over its time is answered, logged, and its environment destroyed', async () => {
  const { backend, clock, dataplane, lines } = setUp(silent)
  const result = invoke(dataplane)
  await settle()
  clock.advance(2999)
  await settle()
  assert.equal(backend.alive.size, 1)
  clock.advance(1)
  const { errorType, errorMessage } = read(await result) as Record<string, string>
  assert.equal(errorType, 'Sandbox.Timedout')
  assert.match(errorMessage ?? '', /^RequestId: \S+ Error: Task timed out after 3\.00 seconds$/)
  await settle()
  assert.equal(backend.alive.size, 0)
  assert.ok(lines.some((line) => line.endsWith('Task timed out after 3.00 seconds\n')))
  assert.ok(lines.some((line) => /^REPORT .*Status: timeout\n$/.test(line)))
})

test('the time limit is counted from each invocation, though one timer serves them all', async () => {
  let answers = 0
  const { clock, dataplane } = setUp(async (process) => {
    for (let event = await process.next(); ; event = await process.next()) {
      answers += 1
      if (answers === 2) return
      process.post(`invocation/${event.headers['lambda-runtime-aws-request-id']}/response`, '1')
      await process.answer()
    }
  })
  await invoke(dataplane)
  await settle()
  clock.advance(2000)
  let ended = false
  const second = invoke(dataplane).finally(() => {
    ended = true
  })
  await settle()
  clock.advance(2500)
  await settle()
  assert.equal(ended, false)
  clock.advance(500)
  assert.equal((read(await second) as { errorType: string }).errorType, 'Sandbox.Timedout')
})

const failsInit: FakeRuntime = async (process) => {
  const body = '{"errorType":"Runtime.ImportModuleError","errorMessage":"no"}'
  process.post('init/error', body, {
    'Lambda-Runtime-Function-Error-Type': 'Runtime.ImportModuleError',
  })
  await process.answer()
  process.exit(1)
}

test('a failed init is repeated within the invocation, whose answer it then is', async () => {
  const { backend, dataplane, lines } = setUp(failsInit)
  const result = await invoke(dataplane, {}, { tail: true })
  assert.deepEqual(read(result), { errorType: 'Runtime.ImportModuleError', errorMessage: 'no' })
  assert.equal(backend.processes.length, 2)
  const phases = lines.map((line) =>
    /^INIT_REPORT .*Phase: (\w+)\tStatus: (\w+)/.exec(line)?.slice(1),
  )
  assert.deepEqual(phases.filter(Boolean), [
    ['init', 'error'],
    ['invoke', 'error'],
  ])
  assert.match(
    Buffer.from(result.logTail ?? []).toString(),
    /^INIT_REPORT .*Phase: invoke[\s\S]*START [\s\S]*END [\s\S]*REPORT /,
  )
  assert.equal(backend.alive.size, 0)
})

test('an init over ten seconds is repeated under the time limit of the function', async () => {
  const { backend, clock, dataplane } = setUp(() => undefined)
  const result = invoke(dataplane)
  await settle()
  clock.advance(10_000)
  await settle()
  assert.equal(backend.processes.length, 2)
  clock.advance(3000)
  assert.equal((read(await result) as { errorType: string }).errorType, 'Sandbox.Timedout')
})

test('a repeated init that succeeds serves the invocation that paid for it', async () => {
  let starts = 0
  const { clock, dataplane, lines } = setUp(async (process) => {
    starts += 1
    if (starts > 1) await polite(process)
  })
  const result = invoke(dataplane, { n: 1 })
  await settle()
  clock.advance(10_000)
  assert.deepEqual(read(await result), { n: 1 })
  await settle()
  assert.ok(!lines.some((line) => line.startsWith('REPORT') && line.includes('Init Duration')))
  await dataplane[Symbol.asyncDispose]()
})

test('a host that cannot make sandboxes fails the invocation in words', async () => {
  const { backend, dataplane } = setUp(polite)
  backend.failure = 'crun is not installed'
  await assert.rejects(invoke(dataplane), (error: unknown) => {
    assert.ok(error instanceof ServiceError)
    assert.equal(error.status, 500)
    assert.match(error.message, /crun is not installed/)
    return true
  })
  backend.failure = undefined
  assert.deepEqual(read(await invoke(dataplane)), {})
  await dataplane[Symbol.asyncDispose]()
})

test('a new revision gets environments of its own; the old ones end when they are free', async () => {
  const { backend, dataplane } = setUp(polite)
  await invoke(dataplane)
  await settle()
  const second = { ...first, revisionId: '2' }
  dataplane.retire(first.functionArn, '$LATEST', '2', 'updated')
  assert.deepEqual(backend.endReasons, ['updated'])
  await invoke(dataplane, {}, { version: second })
  assert.equal(backend.processes.length, 2)
  assert.equal(dataplane.environments, 1)
  await dataplane[Symbol.asyncDispose]()
})

test('environments nobody uses end after ten minutes', async () => {
  const { backend, clock, dataplane } = setUp(polite)
  await invoke(dataplane)
  await settle()
  clock.advance(9 * 60_000)
  assert.equal(backend.alive.size, 1)
  clock.advance(2 * 60_000)
  await settle()
  assert.equal(backend.alive.size, 0)
})

test('when the machine is full, an idle environment makes room, and a busy one does not', async () => {
  const { backend, dataplane } = setUp(silent, { environmentsMax: 1 })
  const busy = invoke(dataplane)
  await settle()
  await assert.rejects(invoke(dataplane), { code: 'TooManyRequestsException', status: 429 })
  await dataplane[Symbol.asyncDispose]()
  assert.equal((read(await busy) as { errorType: string }).errorType, 'Sandbox.Failure')

  const other = setUp(polite, { environmentsMax: 1 })
  await invoke(other.dataplane)
  await settle()
  const version = { ...first, functionArn: 'arn:other' as typeof first.functionArn }
  assert.deepEqual(read(await invoke(other.dataplane, { n: 2 }, { version })), { n: 2 })
  assert.deepEqual(other.backend.endReasons, ['evicted'])
  await other.dataplane[Symbol.asyncDispose]()
  assert.equal(backend.alive.size + other.backend.alive.size, 0)
})

test('JSON logs: platform events with their levels, application lines by theirs', async () => {
  const { dataplane, lines } = setUp(async (process) => {
    const event = await process.next()
    process.stdout.write(
      '{"level":"DEBUG","message":"no"}\n{"level":"WARN","message":"yes"}\nplain\n',
    )
    process.post(`invocation/${event.headers['lambda-runtime-aws-request-id']}/response`, '1')
    await process.answer()
    process.askNext()
  })
  const version = { ...first, logFormat: 'JSON' as const }
  await invoke(dataplane, {}, { version })
  await settle()
  const types = lines.map((line) => {
    if (!line.startsWith('{')) return line.trim()
    const parsed = JSON.parse(line) as { type?: string; message?: string }
    return parsed.type ?? parsed.message
  })
  assert.deepEqual(types, [
    'platform.initStart',
    'platform.start',
    'yes',
    'plain',
    'platform.report',
  ])
  await dataplane[Symbol.asyncDispose]()
})

test('in any order of invocations, answers, crashes, updates and time, each gets exactly one answer', async () => {
  const step = fc.constantFrom('invoke', 'answer', 'crash', 'update', 'second', 'minutes')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const busy: { answer: () => void; crash: () => void }[] = []
      const served = new Map<string, string>()
      const { backend, clock, dataplane } = setUp(async (process) => {
        for (;;) {
          const event = await process.next()
          const { revision } = JSON.parse(event.body) as { revision: string }
          // One sandbox serves one revision for life.
          assert.equal(served.get(process.spec.id) ?? revision, revision)
          served.set(process.spec.id, revision)
          const crashed = await new Promise<boolean>((resolve) => {
            busy.push({ answer: () => resolve(false), crash: () => resolve(true) })
          })
          if (crashed) return process.exit(1)
          const id = event.headers['lambda-runtime-aws-request-id']
          process.post(`invocation/${id}/response`, event.body)
          await process.answer()
        }
      })
      let version = first
      let answered = 0
      const pending: Promise<void>[] = []
      for (const each of steps) {
        if (each === 'invoke') {
          const { revisionId } = version
          const result = invoke(dataplane, { revision: revisionId }, { version })
          pending.push(result.then(() => void (answered += 1)))
        } else if (each === 'answer') busy.shift()?.answer()
        else if (each === 'crash') busy.shift()?.crash()
        else if (each === 'update') {
          version = { ...version, revisionId: String(Number(version.revisionId) + 1) }
          dataplane.retire(version.functionArn, '$LATEST', version.revisionId, 'updated')
        } else clock.advance(each === 'second' ? 1000 : 200_000)
        await settle()
      }
      // What waits for others begins when these have used up their time.
      for (let round = 0; round < 50 && answered < pending.length; round += 1) {
        clock.advance(60_000)
        await settle()
      }
      assert.equal(answered, pending.length)
      await dataplane[Symbol.asyncDispose]()
      assert.equal(backend.alive.size, 0)
    }),
    { numRuns: 60 },
  )
})
