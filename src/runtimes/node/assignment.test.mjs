/**
 * A process that was started ahead of its function: what it waits with, and that a function cannot tell it from one
 * that was started for it.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { Bootstrap } from './fake-runtime-api.mjs'
import { lambdaFlags, majors } from './test-kit.mjs'

const ASSIGNMENT = '/2018-06-01/lambdad/assignment'

/** What a waiting process has: the same for all functions. */
const common = {
  PATH: process.env.PATH,
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  HOME: '/nowhere/home',
  NODE_PATH: '/nowhere/opt/node_modules',
  _LAMBDA_TELEMETRY_LOG_FD: '4',
}

/** What a process is started with beside: no assignment has it. */
const socket = { _LAMBDAD_RUNTIME_API_FD: '3' }

/** The whole environment of a function's process, but for what the sandbox adds. */
function environmentOf(major, taskRoot, more) {
  return {
    ...common,
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${major}.x`,
    AWS_LAMBDA_FUNCTION_NAME: 'assigned',
    AWS_LAMBDA_FUNCTION_VERSION: '7',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/assigned',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[7]0123456789abcdef0123456789abcdef',
    AWS_LAMBDA_LOG_FORMAT: 'Text',
    ...more,
  }
}

/** A folder that goes away again. @param {(folder: string) => Promise<void>} body */
async function withFolder(body) {
  const folder = mkdtempSync(join(tmpdir(), 'lambdad-assignment-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {Record<string, string>} files text by name */
function writeFiles(folder, files) {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

const start = (major, taskRoot, options) =>
  Bootstrap.start({
    major,
    taskRoot,
    flags: lambdaFlags(major),
    entry: 'bootstrap.cjs',
    frames: true,
    ...options,
  })

/** Starts a process that waits, in another folder than its function's, and resolves when it does. */
async function startWaiting(major, taskRoot) {
  const wholeEnv = { ...common, ...socket, LEFT_OVER: 'of the pool', _LAMBDAD_POOLED: '1' }
  const bootstrap = await start(major, taskRoot, { cwd: '/', wholeEnv })
  await bootstrap.until(() => bootstrap.requests.length > 0 || bootstrap.exit, 'a request')
  return bootstrap
}

function assignmentOf(env) {
  const body = Buffer.from(JSON.stringify({ env }))
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

/**
 * Runs one function twice, in the same place: in a process of its own, and in one that waited. The waiting process
 * sees an empty folder first, in whose place the function's comes as a mount does.
 * @param {Record<string, string>} files
 * @param {(bootstrap: Bootstrap) => Promise<unknown>} body
 * @param {Record<string, string>} [variables]
 * @returns {Promise<{result: unknown, seen: object}>} of both, after they were found to be the same
 */
async function sameBothWays(major, files, body, variables = {}) {
  let both
  await withFolder(async (folder) => {
    const taskRoot = join(folder, 'task')
    const env = environmentOf(major, taskRoot, variables)
    mkdirSync(taskRoot)
    const waiting = await startWaiting(major, taskRoot)
    try {
      renameSync(taskRoot, join(folder, 'empty'))
      writeFiles(taskRoot, files)
      waiting.socket.write(assignmentOf(env))
      const waited = await outcomeOf(waiting, body)
      const own = await start(major, taskRoot, { wholeEnv: { ...env, ...socket } })
      try {
        both = await outcomeOf(own, body)
      } finally {
        await own.stop()
      }
      assert.deepEqual(waited, both)
    } finally {
      await waiting.stop()
    }
  })
  return both
}

/** What `body` makes of it, and all that the process has said until its end, to the platform and to the log. */
async function outcomeOf(bootstrap, body) {
  const result = await body(bootstrap)
  // The platform has nothing more to say: all that is under way arrives, and the process ends.
  bootstrap.socket.end()
  await bootstrap.ended()
  const requests = bootstrap.requests
    .filter(({ path }) => path !== ASSIGNMENT)
    .map(({ method, path, headers: { host: _host, ...headers }, text }) => ({
      ...{ method, path, headers, text },
    }))
  const { stdout, stderr, exit } = bootstrap
  return { result, seen: { requests, log: logOf(bootstrap.frames), stdout, stderr, exit } }
}

/** The log's events, without their times. @param {Buffer} frames */
function logOf(frames) {
  let log = ''
  for (let at = 0; at < frames.length;) {
    const type = frames.readUInt32BE(at)
    const end = at + 16 + frames.readUInt32BE(at + 4)
    log += `${type.toString(16)} ${frames.toString('utf8', at + 16, end)}`
    at = end
  }
  return log.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
}

/** One event, answered. */
const once =
  (event = '{}') =>
  async (bootstrap) => {
    await bootstrap.ready()
    return (await bootstrap.invoke(event, {}, 'r1')).text
  }

/** Everything that a handler can find out about its process. */
const look = `
const fs = require('node:fs')
const { globalPaths } = require('node:module')
exports.handler = async (event, context) => {
  const links = fs.readdirSync('/proc/self/fd').map((fd) => {
    try { return [fd, fs.readlinkSync('/proc/self/fd/' + fd).replace(/\\d+/g, 'N')] } catch { return ['closed'] }
  })
  const { awsRequestId, functionName, functionVersion, memoryLimitInMB, logGroupName, logStreamName } = context
  return {
    context: { awsRequestId, functionName, functionVersion, memoryLimitInMB, logGroupName, logStreamName },
    env: Object.fromEntries(Object.entries(process.env).toSorted()), inEnv: ['LEFT_OVER', '_LAMBDAD_POOLED'].filter((name) => name in process.env),
    cwd: process.cwd(), relative: fs.readFileSync('data.txt', 'utf8'),
    argv: process.argv, execArgv: process.execArgv, title: process.title, links: links.toSorted(),
    main: require.main ?? null, cache: Object.keys(require.cache), paths: module.paths, globalPaths,
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    globals: Object.getOwnPropertyNames(globalThis).toSorted(), resources: process.getActiveResourcesInfo(),
    zone: [Intl.DateTimeFormat().resolvedOptions().timeZone, new Date(0).getHours(), Intl.NumberFormat().resolvedOptions().locale],
    limit: Error.stackTraceLimit, umask: process.umask(),
  }
}
`

for (const major of majors) {
  test(`node ${major}: until it is told, a process asks for its function and does nothing else`, async () => {
    await withFolder(async (folder) => {
      const taskRoot = join(folder, 'task')
      const bootstrap = await startWaiting(major, taskRoot)
      try {
        // Its next request comes only after the answer: whatever it does wrongly, it has done by then.
        writeFiles(taskRoot, { 'index.js': 'exports.handler = async (event) => event' })
        bootstrap.socket.write(assignmentOf(environmentOf(major, taskRoot)))
        await bootstrap.ready()
        assert.deepEqual(
          bootstrap.requests.map(({ method, path }) => `${method} ${path}`),
          [`GET ${ASSIGNMENT}`, 'GET /2018-06-01/runtime/invocation/next'],
        )
        assert.equal((await bootstrap.invoke('[1]')).text, '[1]')
        assert.equal((await bootstrap.invoke('2')).text, '2')
        assert.equal(bootstrap.stdout + bootstrap.stderr, '')
      } finally {
        await bootstrap.stop()
      }
    })
  })

  test(`node ${major}: ends without a word when the platform hangs up while it waits`, async () => {
    const bootstrap = await startWaiting(major, '/nowhere')
    bootstrap.socket.destroy()
    assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
    assert.equal(bootstrap.stdout + bootstrap.stderr, '')
  })

  test(`node ${major}: ends when it is told nonsense`, async () => {
    for (const answer of [
      'HTTP/1.1 404 Not Found\r\nContent-Length: 19\r\n\r\n404 page not found\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
      'no HTTP at all\r\n\r\n',
    ]) {
      const bootstrap = await startWaiting(major, '/nowhere')
      bootstrap.socket.write(answer)
      const { code } = await bootstrap.ended()
      assert.ok(code > 0)
      assert.equal(bootstrap.requests.length, 1)
    }
  })

  test(`node ${major}: an answer in many pieces`, async () => {
    await withFolder(async (folder) => {
      const taskRoot = join(folder, 'task')
      writeFiles(taskRoot, { 'index.js': 'exports.handler = async () => process.env' })
      const bootstrap = await startWaiting(major, taskRoot)
      try {
        const variables = {
          UMLAUTS: 'äöü☃𝄞'.repeat(40),
          LINES: '"\n\r\t\\',
          LONG: 'x'.repeat(4096),
        }
        const bytes = assignmentOf(environmentOf(major, taskRoot, variables))
        // Seven bytes: through the middle of characters.
        for (let at = 0; at < bytes.length; at += 7) {
          bootstrap.socket.write(bytes.subarray(at, at + 7))
          await turn()
        }
        const { UMLAUTS, LINES, LONG } = (await bootstrap.invoke('{}')).json
        assert.deepEqual({ UMLAUTS, LINES, LONG }, variables)
      } finally {
        await bootstrap.stop()
      }
    })
  })

  test(`node ${major}: has the variables, the directory and all else of a function's own process`, async () => {
    const files = { 'index.js': look, 'data.txt': 'of the function' }
    const variables = {
      MINE: 'é "quoted"\n',
      EMPTY: '',
      PATH: '/mine',
      HOME: '/tmp',
      TZ: 'Asia/Tokyo',
      NODE_PATH: '/var/task/lib:/opt/lib',
    }
    const { result } = await sameBothWays(major, files, once(), variables)
    const { env, cwd, relative, zone, globalPaths } = JSON.parse(result)
    const { _LAMBDA_TELEMETRY_LOG_FD, ...given } = environmentOf(major, cwd, variables)
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
    assert.deepEqual(env, { ...given, _X_AMZN_TRACE_ID: trace })
    assert.equal(relative, 'of the function')
    assert.deepEqual(zone, ['Asia/Tokyo', 9, 'en-US'])
    assert.deepEqual(globalPaths.slice(0, 3), ['/var/task/lib', '/opt/lib', '/tmp/.node_modules'])
    // What it waited with already is not set again.
    for (const some of [{}, { HOME: '/tmp' }, { NODE_PATH: '' }, { TZ: 'Asia/Tokyo' }])
      await sameBothWays(major, files, once(), some)
  })

  test(`node ${major}: loads what NODE_PATH of the function names`, async () => {
    await withFolder(async (folder) => {
      writeFiles(folder, { 'helper/index.js': "module.exports = 'helped'" })
      const { result } = await sameBothWays(
        major,
        { 'index.js': "const helper = require('helper')\nexports.handler = async () => helper" },
        once(),
        { NODE_PATH: folder },
      )
      assert.equal(result, '"helped"')
    })
  })

  test(`node ${major}: an ECMAScript module, with a top-level await`, async () => {
    const files = {
      'package.json': '{"type":"module"}',
      'data.js': 'export const data = await new Promise((ok) => setTimeout(ok, 5, "awaited"))',
      'index.js': `
        import { data } from './data.js'
        console.log('loading', import.meta.url.slice(-9), process.cwd() === import.meta.dirname)
        export const handler = async () => [data, process.env.MINE, import.meta.filename.slice(-9)]`,
    }
    const { result, seen } = await sameBothWays(major, files, once(), { MINE: '1' })
    assert.deepEqual(JSON.parse(result), ['awaited', '1', '/index.js'])
    assert.match(seen.log, /loading \/index\.js true/)
  })

  test(`node ${major}: the console, in text and in JSON`, async () => {
    const files = {
      'index.js': `
        console.log('at the top')
        exports.handler = async (event) => {
          console.info('one %s', 'two'); console.error(new RangeError('three')); console.debug({ four: 5 })
          process.stdout.write('raw\\n')
        }`,
    }
    const text = await sameBothWays(major, files, once())
    assert.match(text.seen.log, /at the top/)
    const variables = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' }
    const json = await sameBothWays(major, files, once(), variables)
    assert.match(json.seen.log, /"message":"one two"/)
    assert.doesNotMatch(json.seen.log, /four/)
  })

  const initFaults = {
    'throws at the top': [{ 'index.js': "throw new RangeError('at the top')" }, /RangeError/],
    'throws in a module': [
      { 'index.mjs': "await 1\nthrow new TypeError('at the top of a module')" },
      /TypeError/,
    ],
    'requires what is not there': [{ 'index.js': "require('not-there')" }, /ImportModuleError/],
    'is not there': [{}, /ImportModuleError/],
    'is no JavaScript': [{ 'index.js': 'exports.handler = {' }, /UserCodeSyntaxError/],
    'exports no handler': [{ 'index.js': 'exports.other = 1' }, /HandlerNotFound/],
    'exits at once': [{ 'index.js': 'process.exit(5)' }, undefined],
    'waits for nothing': [{ 'index.mjs': 'await new Promise(() => {})' }, undefined],
  }
  for (const [what, [files, errorType]] of Object.entries(initFaults)) {
    test(`node ${major}: a function that ${what}`, async () => {
      const ended = (bootstrap) => bootstrap.ended()
      const { seen } = await sameBothWays(major, files, ended)
      assert.deepEqual(
        seen.requests.map(({ path }) => path),
        errorType ? ['/2018-06-01/runtime/init/error'] : [],
      )
      if (errorType) assert.match(JSON.parse(seen.requests[0].text).errorType, errorType)
      if (what === 'exits at once') assert.equal(seen.exit.code, 5)
      if (what === 'waits for nothing') assert.equal(seen.exit.code, major === 24 ? 0 : 13)
    })
  }

  test(`node ${major}: errors and ends of an invocation`, async () => {
    const handler = `
      exports.handler = async (event) => {
        const forever = () => new Promise((ok) => setTimeout(ok, 60_000))
        switch (event) {
          case 'throw': throw new RangeError('thrown')
          case 'reject': Promise.reject(new Error('nobody')); return forever()
          case 'uncaught': setImmediate(() => { throw new TypeError('loose') }); return forever()
          case 'exit': process.exit(3)
          case 'never': return new Promise(() => {})
        }
      }`
    const files = { 'index.js': handler }
    for (const event of ['throw', 'reject', 'uncaught', 'never']) {
      const { result } = await sameBothWays(major, files, once(JSON.stringify(event)))
      assert.match(result, /"(trace|stackTrace)":\[/)
    }
    const { seen } = await sameBothWays(major, files, async (bootstrap) => {
      await assert.rejects(bootstrap.invoke('"exit"'), /no answer/)
    })
    assert.deepEqual(seen.exit, { code: 3, signal: null })
  })
}
