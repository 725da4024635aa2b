import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { clientsOf, deploy, invoke } from '../../../test/kit/deploy.ts'
import { type TestServer, startTestServer } from '../../../test/kit/server.ts'
import { exitCodes } from '../failure.ts'
import { type Ended, runCli } from '../test-support.ts'

describe('lambdad reset', () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer({ args: ['--isolation=process'] })
  })
  after(() => server[Symbol.asyncDispose]())

  const run = (...words: string[]): Promise<Ended> =>
    runCli(['reset', '--endpoint', server.url, ...words])

  it('deletes nothing without being told to', async () => {
    const { lambda } = clientsOf(server.url)
    await deploy(lambda, { FunctionName: 'kept', files: { 'index.js': 'exports.handler = 1' } })
    const { code, stdout, stderr } = await run()
    assert.deepEqual([code, stdout], [exitCodes.usage, ''])
    assert.match(stderr, /there is nobody to ask: say --yes/)
    const { stdout: names } = await runCli(['functions', '--names', '--endpoint', server.url])
    assert.equal(names, 'kept\n')
  })

  it('deletes all functions and log groups of the account in the region, and no other', async () => {
    const { lambda, logs } = clientsOf(server.url)
    const files = { 'index.js': 'exports.handler = async () => 1' }
    await deploy(lambda, { FunctionName: 'used', files })
    await invoke(server.url, 'used')
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'mine' }))
    const elsewhere = clientsOf(server.url, { region: 'eu-west-1' })
    await deploy(elsewhere.lambda, { FunctionName: 'elsewhere', files })

    const { code, stdout } = await run('--yes', '--json')
    assert.equal(code, 0)
    const deleted = JSON.parse(stdout) as { functions: string[]; logGroups: string[] }
    assert.deepEqual(deleted.functions.toSorted(), ['kept', 'used'])
    assert.deepEqual(deleted.logGroups.toSorted(), ['/aws/lambda/used', 'mine'])
    assert.match(
      (await run('--yes')).stdout,
      /^Nothing to delete: account 000000000000 in us-east-1/,
    )
    assert.equal(
      (await run('--yes', '--region=eu-west-1')).stdout,
      'Deleted 1 function and 0 log groups.\n',
    )
  })
})
