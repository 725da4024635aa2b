import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import { type TestServer, startTestServer } from '../../../test/kit/server.ts'
import { exitCodes } from '../failure.ts'
import { type Ended, TestDirectory, runCli } from '../test-support.ts'

const source = 'export const handler = async () => process.env.WORD ?? "nothing"\n'

describe('lambdad deploy', () => {
  let server: TestServer
  let env: { LAMBDAD_ENDPOINT: string }

  before(async () => {
    server = await startTestServer({ args: ['--isolation=process'] })
    env = { LAMBDAD_ENDPOINT: server.url }
  })
  after(() => server[Symbol.asyncDispose]())

  const run = (...words: string[]): Promise<Ended> => runCli(words, { env })

  async function deployed(...words: string[]): Promise<FunctionConfiguration> {
    const { code, stdout, stderr } = await run('deploy', ...words, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as FunctionConfiguration
  }

  it('makes a function of a directory, says what it chose, and what to type next', async () => {
    using directory = new TestDirectory({ 'my function/index.mjs': source })
    const { code, stdout, stderr } = await run('deploy', `${directory.path}/my function`)
    assert.equal(code, 0, stderr)
    assert.equal(
      stderr,
      'Chose --runtime nodejs24.x --handler index.handler, because index.mjs exports handler.\n',
    )
    const [title, arn, ...next] = stdout.split('\n')
    assert.match(
      title!,
      /^my-function \(nodejs24\.x, index\.handler\) was created: 1 file, \d+ byt/,
    )
    assert.equal(arn, 'arn:aws:lambda:us-east-1:000000000000:function:my-function')
    assert.deepEqual(next.slice(0, 4), [
      '',
      'Next:',
      `  lambdad invoke my-function --payload '{"name":"you"}' --endpoint ${server.url}`,
      `  lambdad logs my-function --follow --endpoint ${server.url}`,
    ])
    assert.equal((await run('invoke', 'my-function')).stdout, '"nothing"\n')
  })

  it('takes over what it is told, and keeps what it is not told again', async () => {
    using directory = new TestDirectory({ 'a.mjs': source.replace('handler', 'go') })
    const first = await deployed(
      ...[directory.path, '--name=told', '--runtime=nodejs22.x', '--handler=a.go'],
      ...['--memory=192', '--timeout=7', '--env=WORD=one', '--env=OTHER=x=y'],
      '--role=arn:aws:iam::000000000000:role/mine',
    )
    const { Runtime, Handler, MemorySize, Timeout, Role, Environment, State } = first
    assert.deepEqual(
      { Runtime, Handler, MemorySize, Timeout, Role, State, ...Environment?.Variables },
      {
        ...{ Runtime: 'nodejs22.x', Handler: 'a.go', MemorySize: 192, Timeout: 7, State: 'Active' },
        ...{ Role: 'arn:aws:iam::000000000000:role/mine', WORD: 'one', OTHER: 'x=y' },
      },
    )
    const second = await deployed(directory.path, '--name=told', '--env=WORD=two')
    assert.deepEqual(second.Environment?.Variables, { WORD: 'two', OTHER: 'x=y' })
    assert.deepEqual([second.Runtime, second.MemorySize], ['nodejs22.x', 192])
    assert.equal(second.CodeSha256, first.CodeSha256)
    assert.equal((await run('invoke', 'told')).stdout, '"two"\n')
  })

  it('brings new code, and says when there is none', async () => {
    using directory = new TestDirectory({ 'index.mjs': source })
    const first = await deployed(directory.path, '--name=changing')
    const same = await run('deploy', directory.path, '--name=changing')
    assert.match(same.stdout, / was updated: 1 file, \d+ bytes zipped, the same code as before\.\n/)
    assert.equal(same.stderr, '')
    directory.write('index.mjs', source.replace('nothing', 'new'))
    const changed = await deployed(directory.path, '--name=changing')
    assert.notEqual(changed.CodeSha256, first.CodeSha256)
    assert.equal(changed.LastUpdateStatus, 'Successful')
    assert.equal((await run('invoke', 'changing')).stdout, '"new"\n')
  })

  it('fails in the words of the server, and in its own', async () => {
    using directory = new TestDirectory({ 'index.mjs': source })
    const refused = await run('deploy', directory.path, '--name=bad', '--memory=1')
    assert.equal(refused.code, exitCodes.failed)
    assert.match(
      refused.stderr,
      /\nlambdad: 1 validation error detected: Value '1' at 'memorySize'/,
    )
    const runtime = await run('deploy', directory.path, '--name=bad', '--runtime=java8')
    assert.equal(runtime.code, exitCodes.failed)
    using empty = new TestDirectory()
    const none = await run('deploy', empty.path)
    assert.deepEqual(
      [none.code, none.stderr],
      [exitCodes.failed, `lambdad: ${empty.path} has no files to deploy.\n`],
    )
    assert.equal((await run('deploy')).code, exitCodes.usage)
    assert.equal((await run('deploy', empty.path, '--memory=lots')).code, exitCodes.usage)
  })
})
