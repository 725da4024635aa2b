import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import { clientsOf, deploy } from '../../../test/kit/deploy.ts'
import { startTestServer } from '../../../test/kit/server.ts'
import { runCli } from '../test-support.ts'

describe('lambdad functions', () => {
  it('lists them all, however many pages they take', async () => {
    await using server = await startTestServer({ args: ['--isolation=process'] })
    const run = (...words: string[]) =>
      runCli(['functions', '--endpoint', server.url, ...words], { env: { NO_COLOR: '1' } })
    const none = await run()
    assert.deepEqual([none.code, none.stdout], [0, ''])
    assert.match(none.stderr, /^No functions in us-east-1\./)

    const { lambda } = clientsOf(server.url)
    // A page has fifty.
    const names = Array.from({ length: 51 }, (_, at) => `f${String(at).padStart(2, '0')}`)
    const files = { 'index.js': 'exports.handler = 1' }
    await Promise.all(names.map((FunctionName) => deploy(lambda, { FunctionName, files })))
    assert.equal((await run('--names')).stdout, `${names.join('\n')}\n`)
    const lines = (await run()).stdout.split('\n')
    assert.match(
      lines[0]!,
      /^NAME {2}RUNTIME {5}HANDLER {8}MEMORY {2}TIMEOUT {2}STATE {3}MODIFIED$/,
    )
    assert.match(
      lines[1]!,
      /^f00 {3}nodejs24\.x {2}index\.handler {2}128 MB {2}3 s {6}Active {2}\d{4}-/,
    )
    const all = JSON.parse((await run('--json')).stdout) as FunctionConfiguration[]
    assert.deepEqual(
      all.map(({ FunctionName }) => FunctionName),
      names,
    )
    assert.equal((await run('--names', '--region', 'eu-west-1')).stdout, '')
  })
})
