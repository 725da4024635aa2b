import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findKeys } from './credentials.ts'
import { CliError } from './failure.ts'
import { TestDirectory } from './test-support.ts'

const file = `[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = se/cr+et=

[other]
aws_access_key_id=AKIAOTHER
aws_secret_access_key=two
aws_session_token=token
`

describe('the keys that requests are signed with', () => {
  it('are those of the environment', async () => {
    const environment = { AWS_ACCESS_KEY_ID: '111122223333', AWS_SECRET_ACCESS_KEY: 's' }
    const keys = { accessKeyId: '111122223333', secretAccessKey: 's' }
    assert.deepEqual(await findKeys(environment), keys)
    const temporary = { ...environment, AWS_SESSION_TOKEN: 't' }
    assert.deepEqual(await findKeys(temporary), { ...keys, sessionToken: 't' })
  })

  it('are those of the file that is named, and of the profile in it', async () => {
    using directory = new TestDirectory({ credentials: file })
    const named = { AWS_SHARED_CREDENTIALS_FILE: `${directory.path}/credentials` }
    assert.deepEqual(await findKeys(named), {
      accessKeyId: 'AKIADEFAULT',
      secretAccessKey: 'se/cr+et=',
    })
    assert.deepEqual(await findKeys({ ...named, AWS_PROFILE: 'other' }), {
      accessKeyId: 'AKIAOTHER',
      secretAccessKey: 'two',
      sessionToken: 'token',
    })
  })

  it('are refused in words when that file does not have them', async () => {
    const missing = { AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials' }
    await assert.rejects(findKeys(missing), (error: CliError) => {
      assert.ok(error instanceof CliError)
      assert.match(
        error.message,
        /^\/nonexistent\/credentials has no aws_access_key_id for the prof/,
      )
      return true
    })
  })

  it('are those that a server has left in its data directory, else any', async () => {
    using home = new TestDirectory()
    const before = process.env['XDG_DATA_HOME']
    process.env['XDG_DATA_HOME'] = home.path
    try {
      assert.deepEqual(await findKeys({}), { accessKeyId: 'test', secretAccessKey: 'test' })
      home.write('lambdad/credentials', file)
      assert.equal((await findKeys({})).accessKeyId, 'AKIADEFAULT')
    } finally {
      if (before === undefined) delete process.env['XDG_DATA_HOME']
      else process.env['XDG_DATA_HOME'] = before
    }
  })
})
