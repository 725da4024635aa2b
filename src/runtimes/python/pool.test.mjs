/** A process that starts before it knows its function: what it waits with, and what it has become afterwards. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { handlerOf, onEachPython, packed, startBootstrap } from './test-kit.mjs'

const ASSIGNMENT = '/2018-06-01/lambdad/assignment'

/** The whole environment of a function's process, but for what the sandbox adds at its start. */
function environmentOf(python, taskRoot, more = {}) {
  return {
    PATH: process.env['PATH'],
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: 'app.handler',
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    AWS_EXECUTION_ENV: `AWS_Lambda_python${python.version}`,
    AWS_LAMBDA_FUNCTION_NAME: 'assigned',
    _LAMBDAD_PYTHON_PATH: '/opt/layer:/opt/python:/nowhere/sdk',
    ...more,
  }
}

/**
 * Starts a waiting process in an empty folder, writes the function, and hands it over.
 * @param {Record<string, string>} files
 * @param {(bootstrap: import('../node/fake-runtime-api.mjs').Bootstrap, taskRoot: string) => Promise<void>} body
 * @param {Record<string, string>} [variables]
 */
async function assign(python, files, body, variables) {
  const folder = mkdtempSync(join(tmpdir(), 'lambdad-python-pool-'))
  const taskRoot = join(folder, 'task')
  mkdirSync(taskRoot)
  const bootstrap = await startBootstrap(python, taskRoot, {
    handler: 'not.known',
    env: { _LAMBDAD_POOLED: '1', LEFT_OVER: 'of the pool' },
  })
  try {
    await bootstrap.until(
      () => bootstrap.requests.some(({ path }) => path === ASSIGNMENT) || bootstrap.exit,
      'the request for an assignment',
    )
    // As when the code is mounted there: the folder is another one than the process was started in.
    rmSync(taskRoot, { recursive: true })
    mkdirSync(taskRoot)
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(taskRoot, name, '..'), { recursive: true })
      writeFileSync(join(taskRoot, name), text)
    }
    const json = JSON.stringify({ env: environmentOf(python, taskRoot, variables) })
    const length = Buffer.byteLength(json)
    bootstrap.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${json}`)
    await body(bootstrap, taskRoot)
  } finally {
    await bootstrap.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

onEachPython('nothing is asked or loaded before the assignment', (python) =>
  assign(python, { 'app.py': handlerOf('return event') }, async (bootstrap) => {
    assert.deepEqual(
      bootstrap.requests.map(({ method, path }) => `${method} ${path}`),
      [`GET ${ASSIGNMENT}`],
    )
    assert.equal((await bootstrap.invoke('[1]')).text, '[1]')
    assert.equal((await bootstrap.invoke('2')).text, '2')
  }),
)

onEachPython(
  'variables, directory, search path and time zone are those of the function',
  (python) => {
    const code = handlerOf(
      `return {
    'env': dict(os.environ), 'cwd': os.getcwd(), 'path': sys.path, 'zone': time.tzname[0], 'helper': helper.X,
    'name': context.function_name, 'bytecode': sys.dont_write_bytecode, 'encoding': sys.stdout.encoding,
}`,
      'import os, sys, time\nimport helper',
    )
    const files = { 'app.py': code, 'helper.py': 'X = 5\n' }
    const more = { TZ: 'Asia/Tokyo', PYTHONDONTWRITEBYTECODE: '1', GREETING: 'grüß' }
    return assign(
      python,
      files,
      async (bootstrap, taskRoot) => {
        const seen = (await bootstrap.invoke('0')).json
        const { _LAMBDAD_PYTHON_PATH, ...given } = environmentOf(python, taskRoot, more)
        const { LC_CTYPE, _X_AMZN_TRACE_ID, PYTHONPATH, ...env } = seen.env
        assert.deepEqual(env, given)
        assert.equal(PYTHONPATH, '/var/runtime')
        assert.equal(_X_AMZN_TRACE_ID.startsWith('Root='), true)
        // Python's own doing where the machine has no en_US.UTF-8, on AWS as well.
        assert.ok(LC_CTYPE === undefined || LC_CTYPE === 'C.UTF-8')
        assert.equal(seen.cwd, taskRoot)
        const sdk = python.version === '3.10' ? [] : ['/nowhere/sdk']
        assert.deepEqual(seen.path.slice(0, 4 + sdk.length), [
          taskRoot,
          '/opt/layer',
          '/opt/python',
          ...sdk,
          packed,
        ])
        assert.equal(seen.zone, 'JST')
        assert.equal(seen.helper, 5)
        assert.equal(seen.name, 'assigned')
        assert.equal(seen.bytecode, true)
        assert.equal(seen.encoding, 'utf-8')
      },
      more,
    )
  },
)

onEachPython('PYTHONPATH and its sitecustomize are honoured', (python) => {
  const files = {
    'app.py': handlerOf('return [sys.customized, sys.path[:3]]', 'import sys'),
    'hook/sitecustomize.py': 'import sys\nsys.customized = True\n',
  }
  return assign(
    python,
    files,
    async (bootstrap, taskRoot) =>
      assert.deepEqual((await bootstrap.invoke('0')).json, [
        true,
        [taskRoot, packed, `${taskRoot}/hook`],
      ]),
    { PYTHONPATH: 'hook' },
  )
})

onEachPython('logging is ready, in the format of the function', (python) => {
  const code = handlerOf(
    'log.info("i")',
    'import logging\nlog = logging.getLogger()\nlog.info("at init")',
  )
  return assign(
    python,
    { 'app.py': code },
    async (bootstrap) => {
      await bootstrap.invoke('0', {}, 'r1')
      await bootstrap.logged('"r1"')
      const lines = bootstrap.stdout.trimEnd().split('\n')
      const shown = lines
        .map((line) => JSON.parse(line))
        .map(({ message, requestId }) => [message, requestId])
      assert.deepEqual(shown, [
        ['at init', ''],
        ['i', 'r1'],
      ])
    },
    { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' },
  )
})

onEachPython('what cannot be loaded is told as ever', (python) =>
  assign(python, { 'app.py': 'import nothing_of_this_name\n' }, async (bootstrap) => {
    assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
    assert.equal(bootstrap.posts[0].json.errorType, 'Runtime.ImportModuleError')
  }),
)

onEachPython('a process that is never needed ends without a word', async (python) => {
  const folder = mkdtempSync(join(tmpdir(), 'lambdad-python-pool-'))
  const bootstrap = await startBootstrap(python, folder, { env: { _LAMBDAD_POOLED: '1' } })
  try {
    await bootstrap.until(() => bootstrap.requests.length > 0, 'the request for an assignment')
    bootstrap.socket.destroy()
    assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
    assert.equal(bootstrap.stdout + bootstrap.stderr, '')
  } finally {
    await bootstrap.stop()
    rmSync(folder, { recursive: true })
  }
})

onEachPython('a refused assignment is said', async (python) => {
  const folder = mkdtempSync(join(tmpdir(), 'lambdad-python-pool-'))
  const bootstrap = await startBootstrap(python, folder, { env: { _LAMBDAD_POOLED: '1' } })
  try {
    await bootstrap.until(() => bootstrap.requests.length > 0, 'the request for an assignment')
    bootstrap.socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
    assert.match(bootstrap.stderr, /Failed to get an assignment, error 404/)
  } finally {
    await bootstrap.stop()
    rmSync(folder, { recursive: true })
  }
})
