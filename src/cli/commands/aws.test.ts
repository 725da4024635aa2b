/** With a program in place of the AWS CLI that says how it was called, and with the AWS CLI where there is one. */
import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { noAwsCli } from '../../../test/kit/aws-cli.ts'
import { startTestServer } from '../../../test/kit/server.ts'
import { exitCodes } from '../failure.ts'
import { type Ended, TestDirectory, nobody, runCli } from '../test-support.ts'

const pretender = `#!/bin/sh
printf '<%s>' "$@"
echo
env | grep '^AWS_' | sort
exit "\${EXIT_CODE:-0}"
`

async function run(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  using directory = new TestDirectory()
  directory.write('aws', pretender, 0o755)
  return await runCli(['aws', ...words], {
    env: { PATH: `${directory.path}:/usr/bin:/bin`, LAMBDAD_ENDPOINT: nobody, ...env },
  })
}

const keys = ['AWS_ACCESS_KEY_ID=test', 'AWS_SECRET_ACCESS_KEY=test']
const regions = ['AWS_DEFAULT_REGION=us-east-1', 'AWS_REGION=us-east-1']

describe('lambdad aws', () => {
  it('hands all words over, with the address and what clients cannot do without', async () => {
    const { code, stdout } = await run(['lambda', 'list-functions', '--help', '-v', '--', 'a b'])
    assert.equal(code, 0)
    const [words, ...env] = stdout.trimEnd().split('\n')
    assert.equal(words, `<--endpoint-url><${nobody}><lambda><list-functions><--help><-v><--><a b>`)
    assert.deepEqual(env, [keys[0], regions[0], regions[1], keys[1]])
  })

  it('leaves alone what the user has chosen', async () => {
    const own = await run(['--endpoint-url', 'http://x', 's3', 'ls'], {
      AWS_ACCESS_KEY_ID: '111122223333',
      AWS_SECRET_ACCESS_KEY: 'mine',
      AWS_SESSION_TOKEN: 'token',
      AWS_DEFAULT_REGION: 'eu-west-1',
    })
    assert.equal(
      own.stdout,
      '<--endpoint-url><http://x><s3><ls>\nAWS_ACCESS_KEY_ID=111122223333\n' +
        'AWS_DEFAULT_REGION=eu-west-1\nAWS_REGION=eu-west-1\n' +
        'AWS_SECRET_ACCESS_KEY=mine\nAWS_SESSION_TOKEN=token\n',
    )
    const profile = await run(['--profile', 'two', 's3', 'ls'])
    assert.deepEqual(profile.stdout.trimEnd().split('\n').slice(1), regions)
  })

  it('ends as that program does', async () => {
    assert.equal((await run([], { EXIT_CODE: '254' })).code, 254)
  })

  it('says how to get one where there is none', async () => {
    using empty = new TestDirectory()
    const { code, stderr } = await runCli(['aws', 's3', 'ls'], { env: { PATH: empty.path } })
    assert.equal(code, exitCodes.noProgram)
    assert.match(stderr, /^lambdad: the AWS CLI is not installed, .* apt-get install awscli/)
  })

  it('reaches a server', { skip: noAwsCli ?? false }, async () => {
    await using server = await startTestServer({ args: ['--isolation=process'] })
    const folder = dirname(process.env['LAMBDAD_TEST_AWS_CLI'] ?? '')
    const env = { LAMBDAD_ENDPOINT: server.url, PATH: `${folder}:${process.env['PATH']}` }
    const words = ['aws', 'lambda', 'list-functions', '--output', 'json']
    const { stdout } = await runCli(words, { env })
    assert.deepEqual(JSON.parse(stdout), { Functions: [] })
  })
})
