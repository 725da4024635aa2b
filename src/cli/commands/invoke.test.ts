import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { clientsOf, deploy } from '../../../test/kit/deploy.ts'
import { type TestServer, startTestServer } from '../../../test/kit/server.ts'
import { exitCodes } from '../failure.ts'
import { payloadBytesMax } from '../limits.ts'
import { type Ended, TestDirectory, runCli } from '../test-support.ts'

const source = `exports.handler = async (event) => {
  console.log('was called')
  if (event.fail) throw new RangeError(event.fail)
  return event
}`

describe('lambdad invoke', () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer({ args: ['--isolation=process'] })
    await deploy(clientsOf(server.url).lambda, {
      FunctionName: 'echo',
      files: { 'index.js': source },
    })
  })
  after(() => server[Symbol.asyncDispose]())

  const run = (words: readonly string[], input = ''): Promise<Ended> =>
    runCli(['invoke', ...words], { env: { LAMBDAD_ENDPOINT: server.url }, input })

  it('prints the answer, whichever way the event comes', async () => {
    using directory = new TestDirectory({ 'event.json': '{"from":"a file"}' })
    const ways = [
      [['echo'], '', '{}'],
      [['echo', '--payload', '{"from":"here"}'], '', '{"from":"here"}'],
      [['echo', '--payload', `@${directory.path}/event.json`], '', '{"from":"a file"}'],
      [['echo', '--payload', '-'], '["from", "input"]', '["from","input"]'],
    ] as const
    for (const [words, input, answer] of ways) {
      assert.deepEqual(await run(words, input), { code: 0, stdout: `${answer}\n`, stderr: '' })
    }
  })

  it('takes a qualifier and a whole ARN', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:echo'
    const { code, stdout } = await run([arn, '--qualifier', '$LATEST', '--payload', '1'])
    assert.deepEqual([code, stdout], [0, '1\n'])
    const unknown = await run(['echo', '--qualifier', 'nowhere'])
    assert.equal(unknown.code, exitCodes.failed)
  })

  it('ends with 1 when the function fails, with its error on both streams', async () => {
    const { code, stdout, stderr } = await run(['echo', '--payload', '{"fail":"too far"}'])
    assert.equal(code, exitCodes.failed)
    const { errorType, errorMessage } = JSON.parse(stdout) as Record<string, unknown>
    assert.deepEqual([errorType, errorMessage], ['RangeError', 'too far'])
    assert.equal(
      stderr,
      'lambdad: echo failed: RangeError: too far. Its log says more: lambdad logs echo\n',
    )
  })

  it('prints the end of the log beside the answer, and all of it as JSON', async () => {
    const tail = await run(['echo', '--tail', '--payload', '2'])
    assert.equal(tail.stdout, '2\n')
    assert.match(
      tail.stderr,
      /^START RequestId: \S+ Version: \$LATEST\n.*was called\nEND .*\nREPORT /,
    )
    const { stdout } = await run(['echo', '--json', '--payload', '{"a":3}'])
    const { requestId, log, ...rest } = JSON.parse(stdout) as Record<string, unknown>
    assert.deepEqual(rest, { statusCode: 200, executedVersion: '$LATEST', payload: { a: 3 } })
    assert.match(String(log), new RegExp(`^START RequestId: ${String(requestId)} `))
  })

  it('says what was wrong with a name or an event', async () => {
    const unknown = await run(['nobody'])
    assert.equal(unknown.code, exitCodes.failed)
    assert.match(
      unknown.stderr,
      /^lambdad: there is no function nobody here .*lambdad functions li/,
    )
    const broken = await run(['echo', '--payload', '{broken'])
    assert.equal(broken.code, exitCodes.failed)
    assert.match(broken.stderr, /^lambdad: Could not parse request body into json/)
    const missing = await run(['echo', '--payload', '@/nonexistent/event.json'])
    assert.match(missing.stderr, /^lambdad: the payload \/nonexistent\/event\.json cannot be read/)
    const large = await run(['echo', '--payload', '-'], ' '.repeat(payloadBytesMax + 1))
    assert.match(large.stderr, /^lambdad: standard input is larger than Lambda takes/)
  })
})
