/**
 * Python functions on a real server, in real sandboxes: where the interpreter of this machine is inside, what is
 * seen of it, and that what it writes reaches the log. What a handler sees otherwise: the tests of the bootstrap.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Runtime } from '@aws-sdk/client-lambda'
import { clientsOf, deploy, invoke } from '../../../test/kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../../../test/kit/server.ts'
import { pythonRuntimes } from '../catalog.ts'
import { candidates, pythonPlaces } from './interpreters.ts'

const places = pythonPlaces(process.env)
const identifiers = Object.entries(pythonRuntimes)
  .filter(([, version]) => candidates(version, places).some((path) => !path.includes('/shims/')))
  .map(([identifier]) => identifier as Runtime)
const skip = noSandboxes ?? (identifiers.length === 0 ? 'no Python on this machine' : false)

const code = `
import importlib.util, os, subprocess, sys

def where(name):
    spec = importlib.util.find_spec(name)
    return spec and spec.origin

def look(event, context):
    child = subprocess.run([sys.executable, '-c', 'import sys; print(sys.version)'], capture_output=True, text=True)
    return {
        'version': '%d.%d' % sys.version_info[:2],
        'executable': sys.executable,
        'library': where('json'),
        'compiled': sys.modules['lambdad_runtime.main'].__cached__,
        'boto3': where('boto3'),
        'pip': where('pip'),
        'child': child.stdout.startswith(sys.version.split()[0]),
        'user': os.getuid(),
        'variable': os.environ['LD_LIBRARY_PATH'],
    }

def fail(event, context):
    raise ValueError('boom')

def speak(event, context):
    import logging
    logging.warning('two\\nlines')
    print('printed')
    sys.stdout.write('held back?')
    import time
    time.sleep(30)
`
const files = { 'app.py': code }
const nameOf = (identifier: string): string => identifier.replace('.', '-')

let server: TestServer
before(async () => {
  if (skip !== false) return
  server = await startTestServer()
  const { lambda } = clientsOf(server.url)
  for (const identifier of identifiers) {
    const common = { Runtime: identifier, files, MemorySize: 256 }
    await deploy(lambda, { ...common, FunctionName: nameOf(identifier), Handler: 'app.look' })
    await deploy(lambda, {
      ...common,
      FunctionName: `${nameOf(identifier)}-own-libraries`,
      Handler: 'app.look',
      Environment: { Variables: { LD_LIBRARY_PATH: '/opt/lib' } },
    })
  }
  const common = { Runtime: identifiers[0]!, files }
  await deploy(lambda, { ...common, FunctionName: 'fail', Handler: 'app.fail' })
  await deploy(lambda, { ...common, FunctionName: 'speak', Handler: 'app.speak', Timeout: 1 })
})
after(() => server?.[Symbol.asyncDispose]())

interface Seen {
  readonly version: string
  readonly executable: string
  readonly library: string
  readonly compiled: string
  readonly boto3: string | null
  readonly pip: string | null
  readonly child: boolean
  readonly user: number
  readonly variable: string
}

for (const identifier of identifiers) {
  const version = identifier.replace('python', '')

  test(`${identifier}: the interpreter and its packages`, { skip }, async () => {
    const seen = JSON.parse((await invoke(server.url, nameOf(identifier))).text) as Seen
    assert.equal(seen.version, version)
    assert.match(seen.executable, /^\/(?:var\/lang|usr)\/bin\/python3\.\d+$/)
    const prefix = seen.executable.replace(/\/bin\/.*$/, '')
    assert.equal(seen.library, `${prefix}/lib/python${version}/json/__init__.py`)
    const tag = `cpython-${version.replace('.', '')}.pyc`
    assert.equal(seen.compiled, `/var/runtime/lambdad_runtime/__pycache__/main.${tag}`)
    // Without an index to fetch it from there is none, and the server has said so.
    const boto3 = `/var/lang/lib/python${version}/site-packages/boto3/__init__.py`
    assert.equal(seen.boto3, server.output().includes('no boto3') ? null : boto3)
    // What this machine has installed is not the function's.
    assert.equal(seen.pip, null)
    assert.equal(seen.child, true)
    assert.notEqual(seen.user, 0)
  })

  test(`${identifier}: starts also when LD_LIBRARY_PATH is the customer’s`, { skip }, async () => {
    const name = `${nameOf(identifier)}-own-libraries`
    const seen = JSON.parse((await invoke(server.url, name)).text) as Seen
    assert.equal(seen.version, version)
    assert.equal(seen.variable, '/opt/lib')
  })
}

test('an error, as its caller sees it', { skip }, async () => {
  const { error, text, requestId } = await invoke(server.url, 'fail')
  assert.equal(error, 'Unhandled')
  assert.deepEqual(JSON.parse(text), {
    errorMessage: 'boom',
    errorType: 'ValueError',
    requestId,
    stackTrace: ['  File "/var/task/app.py", line 23, in fail\n    raise ValueError(\'boom\')\n'],
  })
})

test('what was written before a timeout is in the log', { skip }, async () => {
  const { text, log, requestId } = await invoke(server.url, 'speak')
  assert.match(text, /Task timed out after 1\.00 seconds/)
  const own = log.filter((line) => !/^(?:INIT_START|START|END|REPORT) /.test(line))
  assert.match(own[0]!, new RegExp(`^\\[WARNING\\]\\t\\S+Z\\t${requestId}\\ttwo$`))
  assert.deepEqual(own.slice(1, 3), ['lines', 'printed'])
  assert.ok(own.includes('held back?'), log.join('\n'))
})
