/** The life of a function as boto3 lives it: boto3-chain.py, run against a server of its own. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { noSandboxes, startTestServer } from '../kit/server.ts'

/** Set by tools/in-toolchain; empty when there is none. */
const python = process.env['LAMBDAD_TEST_PYTHON'] ?? ''
const noPython = python === '' ? 'there is no boto3; npm test installs it where it can' : undefined
const chain = fileURLToPath(new URL('boto3-chain.py', import.meta.url))

test('a function through boto3', { skip: noSandboxes ?? noPython ?? false }, async () => {
  await using server = await startTestServer()
  // Nothing of the user's own AWS settings gets in.
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', NO_PROXY: '*' }
  const { stdout } = await promisify(execFile)(python, ['-B', chain, server.url], { env })
  assert.equal(stdout.trim(), 'done: role, create, invoke, logs, update, end')
})
