import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { locateProgram } from './programs.ts'

it('programs are found on PATH first, then where the system has them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lambdad-programs-'))
  const before = process.env['PATH']
  try {
    // What is relative on PATH would be another program in another directory.
    process.env['PATH'] = `.:${folder}`
    assert.match((await locateProgram('sh')) ?? '', /^\/.*\/sh$/)
    const own = join(folder, 'sh')
    writeFileSync(own, '')
    assert.notEqual(await locateProgram('sh'), own)
    chmodSync(own, 0o755)
    assert.equal(await locateProgram('sh'), own)
    assert.equal(await locateProgram('no-such-program'), undefined)
  } finally {
    process.env['PATH'] = before
    rmSync(folder, { recursive: true })
  }
})
