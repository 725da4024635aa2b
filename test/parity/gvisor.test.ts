/**
 * A server whose functions run in gVisor: that they are served, that what they write is logged, and that nothing is
 * left when it dies. What they cannot do there: test/security.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Runtime } from '@aws-sdk/client-lambda'
import { pythonRuntimes } from '../../src/runtimes/catalog.ts'
import { candidates, pythonPlaces } from '../../src/runtimes/python/interpreters.ts'
import { whyNoOci } from '../../src/sandbox/test-support.ts'
import { type Clients, clientsOf, deploy, invoke } from '../kit/deploy.ts'
import { belongingsOf, untilNothingIsLeft } from '../kit/leftovers.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const places = pythonPlaces(process.env)
const python = Object.entries(pythonRuntimes).find(([, version]) =>
  candidates(version, places).some((path) => !path.includes('/shims/')),
)?.[0] as Runtime | undefined

const inNode = `
const os = require('node:os')
exports.handler = async ({ say, fill, ask }) => {
  console.log('Node says', say ?? 'nothing')
  if (fill) for (const kept = []; ; ) kept.push(Buffer.alloc(1 << 20, 1))
  if (ask) return (await fetch(process.env.AWS_ENDPOINT_URL + ask)).status
  return { say, kernel: os.version(), fd: process.env._LAMBDAD_RUNTIME_API_FD ?? null }
}
`
const inPython = `
import os
def handler(event, context):
    print('Python says', event['say'][:9])
    return {'say': event['say'], 'kernel': os.uname().version, 'fd': os.environ.get('_LAMBDAD_RUNTIME_API_FD')}
`

/** As gVisor calls itself, whatever its version. */
const kernel = '#1 SMP Sun Jan 10 15:06:54 PST 2016'

const skip = noSandboxes ?? whyNoOci('runsc')

describe('a server with --oci-runtime=runsc', { skip }, () => {
  let server: TestServer
  let clients: Clients

  before(async () => {
    server = await startTestServer({ args: ['--oci-runtime=runsc'] })
    clients = clientsOf(server.url)
    await deploy(clients.lambda, { FunctionName: 'in-node', files: { 'index.js': inNode } })
  })

  after(async () => {
    for (const client of Object.values(clients)) client.destroy()
    await server[Symbol.asyncDispose]()
  })

  async function assertLogged(name: string, words: string): Promise<void> {
    for (;;) {
      const filter = { logGroupName: `/aws/lambda/${name}`, filterPattern: `"${words}"` }
      const { events = [] } = await clients.logs.send(new FilterLogEventsCommand(filter))
      if (events.length > 0) return
    }
  }

  it('says by which platform', () => {
    assert.match(server.output(), /functions run in gVisor platform=(systrap|ptrace)/)
  })

  it('serves Node.js, over TCP, and logs what it writes', async () => {
    for (const say of ['hello', 'again']) {
      const { text, log } = await invoke(server.url, 'in-node', { say })
      assert.deepEqual(JSON.parse(text), { say, kernel, fd: null })
      assert.match(log.join('\n'), new RegExp(`INFO\\tNode says ${say}`))
    }
    await assertLogged('in-node', 'Node says again')
  })

  it(
    'serves Python, with events as large as may be',
    { skip: !python && 'no Python here' },
    async () => {
      const index = { 'index.py': inPython }
      await deploy(clients.lambda, { FunctionName: 'in-python', Runtime: python, files: index })
      for (const say of ['hello', 'x'.repeat(5 << 20)]) {
        const { text } = await invoke(server.url, 'in-python', { say })
        assert.deepEqual(JSON.parse(text), { say, kernel, fd: null })
      }
      await assertLogged('in-python', 'Python says hello')
    },
  )

  it('is found by its functions', async () => {
    assert.equal((await invoke(server.url, 'in-node', { ask: '/_lambdad/health' })).text, '200')
  })

  it('tells that a function was killed for its memory', async () => {
    const { error, text } = await invoke(server.url, 'in-node', { fill: true })
    assert.equal(error, 'Unhandled')
    assert.match(text, /Runtime\.ExitError.*signal: killed/)
    assert.equal((await invoke(server.url, 'in-node', { say: 'next' })).error, null)
  })

  it('leaves nothing behind when it is killed', async () => {
    const belongings = await belongingsOf(server.pid, server.dataDirectory)
    assert.ok(belongings.processes.size > 3)
    assert.equal(await server.stop('SIGKILL'), 'SIGKILL')
    await untilNothingIsLeft(belongings)
  })
})
