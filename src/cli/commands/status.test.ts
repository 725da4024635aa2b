import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type TestServer, startTestServer } from '../../../test/kit/server.ts'
import { exitCodes } from '../failure.ts'
import { nobody, runCli } from '../test-support.ts'

describe('lambdad status', () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer({ args: ['--isolation=process', '--auth=on'] })
  })
  after(() => server[Symbol.asyncDispose]())

  it('tells of a server, as text and as JSON, to those who may sign', async () => {
    const file = join(server.dataDirectory, 'credentials')
    const env = { LAMBDAD_ENDPOINT: server.url, AWS_SHARED_CREDENTIALS_FILE: file }
    const { code, stdout } = await runCli(['status'], { env })
    assert.equal(code, 0)
    assert.match(stdout, /^lambdad \d\S* runs at http:\/\/127\.0\.0\.1:\d+\n {2}up /)
    assert.match(stdout, /\n {2}isolation {4}none: plain processes\n {2}auth {9}on\n/)
    const region = { ...env, AWS_REGION: 'eu-west-1' }
    const { startedAtMs, uptimeMs, version, endpoint, ...rest } = JSON.parse(
      (await runCli(['status', '--json'], { env: region })).stdout,
    ) as Record<string, unknown>
    assert.deepEqual(
      [typeof startedAtMs, typeof uptimeMs, typeof version],
      ['number', 'number', 'string'],
    )
    assert.equal(endpoint, server.url)
    assert.deepEqual(rest, {
      isolation: 'process',
      network: 'egress',
      auth: 'on',
      runtimeFallback: true,
      environments: 0,
      waiting: 0,
      invocations: 0,
      account: '000000000000',
      region: 'eu-west-1',
      functions: 0,
    })
  })

  it('says where the keys are to those who do not sign', async () => {
    const { code, stderr } = await runCli(['status', '--endpoint', server.url])
    assert.equal(code, exitCodes.failed)
    assert.match(stderr, /^lambdad: The security token .* export AWS_SHARED_CREDENTIALS_FILE=FILE/)
    for (const path of ['status', 'runtimes']) {
      assert.equal((await fetch(`${server.url}/_lambdad/${path}`)).status, 403)
    }
  })

  it('says so when nobody answers, or somebody else', async () => {
    const none = await runCli(['status', '--endpoint', nobody])
    assert.equal(none.code, exitCodes.unreachable)
    assert.equal(
      none.stderr,
      `lambdad: no server answers at ${nobody}. Start one (lambdad start), or name another with --endpoint or LAMBDAD_ENDPOINT.\n`,
    )
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const wrong = await runCli(['status', '--endpoint', `http://127.0.0.1:${port}`])
    other.close()
    assert.equal(wrong.code, exitCodes.unreachable)
    assert.match(wrong.stderr, /what answers at http:\/\/127\.0\.0\.1:\d+ is not lambdad/)
  })

  it('has an exit code for wrong usage', async () => {
    const bad = await runCli(['status', '--endpoint', 'nonsense'])
    assert.deepEqual([bad.code, bad.stdout], [exitCodes.usage, ''])
    assert.equal((await runCli(['status', '--jsno'])).code, exitCodes.usage)
    assert.equal((await runCli(['stauts'])).code, exitCodes.usage)
    assert.equal((await runCli(['status', '--help'])).code, 0)
  })
})
