import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { type Clients, clientsOf, deploy, invoke } from '../../../test/kit/deploy.ts'
import { type TestServer, startTestServer } from '../../../test/kit/server.ts'
import { exitCodes } from '../failure.ts'
import { type Ended, runCli, startCli } from '../test-support.ts'

const source = 'exports.handler = async (event) => console.log(event.say)'

describe('lambdad logs', () => {
  let server: TestServer
  let clients: Clients
  let env: { LAMBDAD_ENDPOINT: string }

  before(async () => {
    server = await startTestServer({ args: ['--isolation=process'] })
    clients = clientsOf(server.url)
    env = { LAMBDAD_ENDPOINT: server.url }
    await deploy(clients.lambda, { FunctionName: 'speaker', files: { 'index.js': source } })
  })
  after(() => server[Symbol.asyncDispose]())

  const run = (...words: string[]): Promise<Ended> => runCli(['logs', ...words], { env })

  it('prints what a function has written, each event once, with its time', async () => {
    await deploy(clients.lambda, { FunctionName: 'quiet', files: { 'index.js': source } })
    const none = await run('quiet')
    assert.deepEqual(none, { code: 0, stdout: '', stderr: 'quiet has not written anything yet.\n' })
    await invoke(server.url, 'speaker', { say: 'first' })
    await invoke(server.url, 'speaker', { say: 'second' })
    const { code, stdout } = await run('speaker')
    assert.equal(code, 0)
    const lines = stdout.trimEnd().split('\n')
    const kinds = lines.map((line) => /^\d{4}-\S+Z {2}.*?(\w+)(?: |$)/.exec(line)?.[1])
    assert.deepEqual(kinds.filter((kind) => kind === 'START').length, 2)
    assert.deepEqual(
      lines.flatMap((line) => /INFO\t(\w+)/.exec(line)?.[1] ?? []),
      ['first', 'second'],
    )
    const later = await run('speaker', '--since', '2099-01-01')
    assert.deepEqual([later.code, later.stdout], [0, ''])
  })

  it('prints a line of JSON for each event', async () => {
    await invoke(server.url, 'speaker', { say: 'as JSON' })
    const { stdout } = await run('/aws/lambda/speaker', '--json', '--since', '1h')
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.ok(events.some(({ message }) => String(message).endsWith('INFO\tas JSON\n')))
    for (const event of events) {
      assert.deepEqual(Object.keys(event), ['timestamp', 'logStreamName', 'message'])
    }
  })

  it('follows what is written, from before the first line on', { timeout: 60_000 }, async () => {
    await deploy(clients.lambda, { FunctionName: 'followed', files: { 'index.js': source } })
    const child = startCli(['logs', 'followed', '--follow'], { env })
    try {
      const said: string[] = []
      const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
      for (const say of ['one', 'two', 'three']) {
        await invoke(server.url, 'followed', { say })
        while (!said.some((line) => line.endsWith(`INFO\t${say}`))) {
          said.push((await lines.next()).value ?? '')
        }
      }
      const words = said.flatMap((line) => /INFO\t(\w+)/.exec(line)?.[1] ?? [])
      assert.deepEqual(words, ['one', 'two', 'three'])
      assert.equal(new Set(said).size, said.length)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })

  it('says so when there is no such function and no such log', async () => {
    const { code, stderr } = await run('nobody')
    assert.equal(code, exitCodes.failed)
    assert.match(stderr, /^lambdad: there is neither a function nor a log of the name nobody\./)
    assert.equal((await run('speaker', '--since', 'soon')).code, exitCodes.usage)
  })
})
