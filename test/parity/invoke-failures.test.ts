/**
 * Every way in which a function can fail, on each Node.js runtime: what the caller gets, and what the log says.
 * Expected texts: Runtime API and log facts of the developer guide; those recorded from AWS are marked.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Invoked, clientsOf, deploy, invoke } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? false
const runtimes = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const

const faulty = `
exports.handler = async (event) => {
  const forever = () => new Promise(() => setInterval(() => {}, 1000))
  switch (event.do) {
    case 'throw': throw new RangeError('boom')
    case 'throw words': throw 'just words'
    case 'throw nothing': throw undefined
    case 'exit': process.exit(event.code)
    case 'die': process.kill(process.pid, 'SIGABRT'); return forever()
    case 'uncaught': setTimeout(() => { throw new TypeError('later') }, 1); return forever()
    case 'reject': Promise.reject(new Error('nobody')); return forever()
    case 'never': return new Promise(() => {})
    case 'sleep': return forever()
    case 'answer': return 'x'.repeat(event.bytes - 2)
    case 'eat': for (const all = []; ; ) all.push(Buffer.alloc(1 << 20, 1))
    case 'loop': { const loop = {}; loop.loop = loop; return loop }
    case 'fine': return 'fine'
  }
}
`

const initFaults = {
  'missing-module.js': "require('not-there')",
  'syntax-error.js': 'exports.handler = async () => {',
  'missing-export.js': 'exports.other = async () => 1',
  'not-a-function.js': 'exports.handler = 1',
  'throws.js': "throw new RangeError('at the top')",
  'exits.js': 'process.exit(5)',
}

let server: TestServer

before(async () => {
  if (skip) return
  server = await startTestServer()
  const { lambda } = clientsOf(server.url)
  const of = runtimes.map((Runtime) => {
    const files = { 'index.js': faulty, ...initFaults }
    const handlers = [
      'index',
      ...Object.keys(initFaults).map((file) => file.slice(0, -3)),
      'no-file',
    ]
    const fast = handlers.map((module) => {
      const FunctionName = name(Runtime, module)
      const Handler = `${module}.handler`
      return deploy(lambda, { FunctionName, Runtime, Handler, Timeout: 60, files })
    })
    // Only where time runs out is it short: elsewhere a busy machine must not make a difference.
    const slow = deploy(lambda, { FunctionName: name(Runtime, 'slow'), Runtime, Timeout: 1, files })
    return [...fast, slow]
  })
  await Promise.all(of.flat())
})

after(() => server?.[Symbol.asyncDispose]())

function name(runtime: string, module: string): string {
  return `${runtime.replace('.', '-')}-${module}`
}

/** The error object, without the stack that differs by version. */
function told(invoked: Invoked): { errorType: string; errorMessage: string; trace?: string[] } {
  assert.equal(invoked.status, 200)
  assert.equal(invoked.error, 'Unhandled')
  return JSON.parse(invoked.text)
}

/** The platform's own object: its keys are in this order, recorded from AWS. */
function byPlatform(invoked: Invoked, errorType: string, message: string): void {
  assert.equal(invoked.error, 'Unhandled')
  const errorMessage = `RequestId: ${invoked.requestId} Error: ${message}`
  assert.equal(invoked.text, JSON.stringify({ errorType, errorMessage }))
}

/** The log begins with START, ends with END and REPORT; `inside` is what lies between. */
function logOf(invoked: Invoked, inside: readonly (string | RegExp)[], status: string): void {
  const { log, requestId } = invoked
  assert.equal(log[0], `START RequestId: ${requestId} Version: $LATEST`)
  assert.equal(log.at(-2), `END RequestId: ${requestId}`)
  const report = `^REPORT RequestId: ${requestId}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: \\d+ MB\t(Init Duration: [\\d.]+ ms\t)?${status}$`
  assert.match(log.at(-1) ?? '', new RegExp(report))
  const between = log.slice(1, -2)
  assert.equal(between.length, inside.length, between.join('\n'))
  for (const [index, line] of inside.entries()) {
    if (typeof line === 'string') assert.equal(between[index], line.replace('<id>', requestId))
    else assert.match(between[index] ?? '', line)
  }
}

const exitStatus = 'Status: error\tError Type: Runtime.ExitError'

for (const runtime of runtimes) {
  describe(runtime, { skip }, () => {
    const call = (event: unknown): Promise<Invoked> =>
      invoke(server.url, name(runtime, 'index'), event)

    test('an error that is thrown', async () => {
      const invoked = await call({ do: 'throw' })
      const { trace, ...error } = told(invoked)
      assert.deepEqual(error, { errorType: 'RangeError', errorMessage: 'boom' })
      assert.equal(trace?.[0], 'RangeError: boom')
      assert.match(trace[1] ?? '', /at .*handler \(\/var\/task\/index\.js:5:\d+\)$/)
      logOf(
        invoked,
        [
          /^\S+Z\t[-0-9a-f]{36}\tERROR\tInvoke Error \t\{"errorType":"RangeError","errorMessage":"boom","stack":\[/,
        ],
        '',
      )
    })

    test('something thrown that is no error', async () => {
      const words = await call({ do: 'throw words' })
      assert.equal(words.text, '{"errorType":"string","errorMessage":"just words","trace":[]}')
      assert.equal(words.error, 'Unhandled')
    })

    test('the process exits', async () => {
      const clean = await call({ do: 'exit', code: 0 })
      byPlatform(clean, 'Runtime.ExitError', 'Runtime exited without providing a reason')
      logOf(
        clean,
        ['RequestId: <id> Error: Runtime exited without providing a reason', 'Runtime.ExitError'],
        exitStatus,
      )
      const three = await call({ do: 'exit', code: 3 })
      byPlatform(three, 'Runtime.ExitError', 'Runtime exited with error: exit status 3')
      logOf(
        three,
        ['RequestId: <id> Error: Runtime exited with error: exit status 3', 'Runtime.ExitError'],
        exitStatus,
      )
      assert.equal((await call({ do: 'fine' })).text, '"fine"')
    })

    test('an exception that nobody catches', async () => {
      const invoked = await call({ do: 'uncaught' })
      const { trace, ...error } = told(invoked)
      assert.deepEqual(error, { errorType: 'TypeError', errorMessage: 'later' })
      assert.equal(trace?.[0], 'TypeError: later')
      logOf(
        invoked,
        [
          /\tERROR\tUncaught Exception \t\{"errorType":"TypeError","errorMessage":"later"/,
          'RequestId: <id> Error: Runtime exited with error: exit status 129',
          'Runtime.ExitError',
        ],
        exitStatus,
      )
    })

    test('a rejection that nobody handles', async () => {
      const invoked = await call({ do: 'reject' })
      const { errorType, errorMessage } = told(invoked)
      assert.equal(errorType, 'Runtime.UnhandledPromiseRejection')
      assert.equal(errorMessage, 'Error: nobody')
      logOf(
        invoked,
        [
          /\tERROR\tUnhandled Promise Rejection \t\{"errorType":"Runtime\.UnhandledPromiseRejection","errorMessage":"Error: nobody","reason":\{"errorType":"Error"/,
          'RequestId: <id> Error: Runtime exited with error: exit status 128',
          'Runtime.ExitError',
        ],
        exitStatus,
      )
    })

    test('a promise that nobody can settle any more', async () => {
      const invoked = await call({ do: 'never' })
      assert.equal(told(invoked).errorType, 'Runtime.NodeJsExit')
      logOf(invoked, [/\tERROR\tInvoke Error \t\{"errorType":"Runtime\.NodeJsExit"/], '')
    })

    test('a result without JSON', async () => {
      const { errorType, errorMessage } = told(await call({ do: 'loop' }))
      assert.equal(errorMessage, 'Unable to stringify response body')
      assert.equal(errorType, runtime === 'nodejs24.x' ? 'Runtime.JSONStringifyError' : 'Error')
    })

    test('no answer in time', async () => {
      const slow = name(runtime, 'slow')
      const invoked = await invoke(server.url, slow, { do: 'sleep' })
      byPlatform(invoked, 'Sandbox.Timedout', 'Task timed out after 1.00 seconds')
      logOf(invoked, [/^\S+Z [-0-9a-f]{36} Task timed out after 1\.00 seconds$/], 'Status: timeout')
      assert.equal((await invoke(server.url, slow, { do: 'fine' })).text, '"fine"')
    })

    test('more memory than it has', async () => {
      const invoked = await call({ do: 'eat' })
      byPlatform(invoked, 'Runtime.ExitError', 'Runtime exited with error: signal: killed')
      logOf(
        invoked,
        ['RequestId: <id> Error: Runtime exited with error: signal: killed', 'Runtime.ExitError'],
        exitStatus,
      )
      assert.match(invoked.log.at(-1) ?? '', /\tMax Memory Used: 128 MB\t/)
    })

    test('an answer of 6 MB and 100 bytes, and one byte more', async () => {
      const largest = await call({ do: 'answer', bytes: 6_291_556 })
      assert.equal(largest.error, null)
      assert.equal(largest.text.length, 6_291_556)
      const larger = await call({ do: 'answer', bytes: 6_291_557 })
      assert.equal(larger.error, 'Unhandled')
      // Recorded from AWS, with the keys in this order.
      assert.equal(
        larger.text,
        '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
      )
      assert.equal((await call({ do: 'fine' })).text, '"fine"')
    })

    test('a function that cannot be started', async () => {
      const legacy = runtime !== 'nodejs24.x'
      const stack = 'Require stack:\n- '
      const expected: Record<string, [type: string, message: RegExp]> = {
        'missing-module': [
          'Runtime.ImportModuleError',
          new RegExp(
            `^Error: Cannot find module 'not-there'\n${stack}/var/task/missing-module\\.js`,
          ),
        ],
        'no-file': [
          'Runtime.ImportModuleError',
          new RegExp(`^Error: Cannot find module 'no-file'\n${stack}/var/runtime/index\\.mjs$`),
        ],
        'syntax-error': [
          'Runtime.UserCodeSyntaxError',
          /^SyntaxError: Unexpected (end of input|token)/,
        ],
        'missing-export': [
          'Runtime.HandlerNotFound',
          /^missing-export\.handler is undefined or not exported$/,
        ],
        'not-a-function': [
          'Runtime.HandlerNotFound',
          /^not-a-function\.handler is not a function$/,
        ],
        throws: ['RangeError', /^at the top$/],
      }
      for (const [module, [errorType, message]] of Object.entries(expected)) {
        const invoked = await invoke(server.url, name(runtime, module))
        const error = told(invoked)
        assert.equal(error.errorType, errorType, module)
        assert.match(error.errorMessage, message)
        // nodejs24.x shows the place of the syntax error itself.
        const first = !legacy && module === 'syntax-error' ? '/var/task/' : `${errorType}: `
        assert.equal(error.trace?.[0]?.startsWith(first), true, module)
        // No invocation has begun, and so there is no request id.
        const words = legacy ? 'undefined\tERROR\tUncaught Exception' : '-\tERROR\tInit Error'
        const line = invoked.log.find((each) => each.includes('\tERROR\t')) ?? ''
        assert.match(line, new RegExp(`\t${words} \t\\{"errorType":"${errorType}"`))
        const initReport = invoked.log.find((each) => each.startsWith('INIT_REPORT ')) ?? ''
        const reported = errorType.startsWith('Runtime.') ? errorType : 'Runtime.Unknown'
        assert.match(
          initReport,
          new RegExp(
            `^INIT_REPORT Init Duration: [\\d.]+ ms\tPhase: invoke\tStatus: error\tError Type: ${reported}$`,
          ),
        )
      }
    })

    test('a process that exits while it starts', async () => {
      const invoked = await invoke(server.url, name(runtime, 'exits'))
      byPlatform(invoked, 'Runtime.ExitError', 'Runtime exited with error: exit status 5')
    })
  })
}
