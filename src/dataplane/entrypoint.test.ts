import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { RuntimeImage } from '../kernel/ports.ts'
import { findEntrypoint } from './entrypoint.ts'

const custom = { bootstraps: ['/var/task/bootstrap', '/opt/bootstrap'] } as unknown as RuntimeImage

test('a runtime with a bootstrap of its own needs none from the function', async () => {
  assert.deepEqual(await findEntrypoint({} as RuntimeImage, '/nowhere'), { command: [] })
})

test('bootstrap at the root of the code is started; a missing or forbidden one is told as AWS tells it', async () => {
  const code = await mkdtemp(path.join(os.tmpdir(), 'lambdad-entry-'))
  try {
    assert.deepEqual(await findEntrypoint(custom, code), {
      failure: {
        status: 'error',
        errorType: 'Runtime.InvalidEntrypoint',
        payload: undefined,
        message: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
      },
    })
    await writeFile(path.join(code, 'bootstrap'), '#!/bin/sh\n', { mode: 0o644 })
    const found = await findEntrypoint(custom, code)
    assert.equal(
      'failure' in found && found.failure.message,
      'fork/exec /var/task/bootstrap: permission denied',
    )
    await rm(path.join(code, 'bootstrap'))
    await writeFile(path.join(code, 'bootstrap'), '#!/bin/sh\n', { mode: 0o755 })
    assert.deepEqual(await findEntrypoint(custom, code), { command: ['/var/task/bootstrap'] })
  } finally {
    await rm(code, { recursive: true, force: true })
  }
})
