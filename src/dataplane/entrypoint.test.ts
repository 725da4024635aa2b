import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { RuntimeImage } from '../kernel/ports.ts'
import { findEntrypoint } from './entrypoint.ts'

const custom = { bootstraps: ['/var/task/bootstrap', '/opt/bootstrap'] } as unknown as RuntimeImage
let code: string
const taskAt = (source: string) => [{ source, target: '/var/task' }]

before(async () => {
  code = await mkdtemp(path.join(os.tmpdir(), 'lambdad-entry-'))
})
after(() => rm(code, { recursive: true, force: true }))

async function find(bootstrap: string | Buffer, mode = 0o755): Promise<unknown> {
  const file = path.join(code, 'bootstrap')
  await rm(file, { force: true })
  await writeFile(file, bootstrap, { mode })
  const found = await findEntrypoint(custom, taskAt(code))
  return 'failure' in found ? found.failure.message : found.command
}

/** The head of a program for another kind of machine: SPARC. */
const foreign = Buffer.alloc(64)
foreign.write('\x7fELF\x01', 'latin1')
foreign.writeUInt16LE(2, 18)

test('a runtime with a bootstrap of its own needs none from the function', async () => {
  assert.deepEqual(await findEntrypoint({} as RuntimeImage, []), { command: [] })
})

test('a missing bootstrap is told as AWS tells it', async () => {
  assert.deepEqual(await findEntrypoint(custom, taskAt('/nowhere')), {
    failure: {
      status: 'error',
      errorType: 'Runtime.InvalidEntrypoint',
      payload: undefined,
      message: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
    },
  })
})

const cases: [string, string | Buffer, number, unknown][] = [
  ['a script', '#!/bin/sh\necho\n', 0o755, ['/var/task/bootstrap']],
  ['a script of its own interpreter', '#! /var/task/bootstrap x\n', 0o755, ['/var/task/bootstrap']],
  [
    'a script nobody may execute',
    '#!/bin/sh\n',
    0o644,
    'fork/exec /var/task/bootstrap: permission denied',
  ],
  [
    'a script without its interpreter',
    '#!/no/such\n',
    0o755,
    'fork/exec /var/task/bootstrap: no such file or directory',
  ],
  ['text', 'hello\n', 0o755, 'fork/exec /var/task/bootstrap: exec format error'],
  ['nothing', '', 0o755, 'fork/exec /var/task/bootstrap: exec format error'],
  ['a foreign program', foreign, 0o755, 'fork/exec /var/task/bootstrap: exec format error'],
]

for (const [what, bootstrap, mode, expected] of cases) {
  test(`a bootstrap that is ${what}`, async () => {
    assert.deepEqual(await find(bootstrap, mode), expected)
  })
}

test('a bootstrap of a layer is found, after one of the code', async () => {
  const layers = await mkdtemp(path.join(os.tmpdir(), 'lambdad-entry-layers-'))
  try {
    await writeFile(path.join(layers, 'interpreter'), '')
    await writeFile(path.join(layers, 'bootstrap'), '#!/opt/interpreter\n', { mode: 0o755 })
    const files = [...taskAt('/nowhere'), { source: layers, target: '/opt' }]
    assert.deepEqual(await findEntrypoint(custom, files), { command: ['/opt/bootstrap'] })
    await writeFile(path.join(code, 'bootstrap'), '#!/bin/sh\n', { mode: 0o755 })
    const both = [...taskAt(code), { source: layers, target: '/opt' }]
    assert.deepEqual(await findEntrypoint(custom, both), { command: ['/var/task/bootstrap'] })
  } finally {
    await rm(layers, { recursive: true })
  }
})
