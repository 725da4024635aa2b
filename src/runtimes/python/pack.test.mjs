/** The packed folder is what sandboxes see, read-only: what is in it has to be compiled before. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { compilePackedRuntime, packPythonRuntime } from './pack.ts'
import { onEachPython } from './test-kit.mjs'

const folder = mkdtempSync(join(tmpdir(), 'lambdad-pack-'))
test.after(() => rmSync(folder, { recursive: true }))

test('the bootstrap and nothing else, whatever was there before', () => {
  const stale = join(folder, 'lambdad_runtime/__pycache__')
  mkdirSync(stale, { recursive: true })
  writeFileSync(join(stale, 'client.cpython-312.pyc'), 'of yesterday')
  packPythonRuntime(folder)
  assert.deepEqual(readdirSync(folder).toSorted(), ['bootstrap.py', 'lambdad_runtime'])
  const names = readdirSync(join(folder, 'lambdad_runtime'))
  assert.ok(names.includes('main.py'))
  assert.ok(names.every((name) => name.endsWith('.py')))
})

onEachPython('every module is found compiled', async (python) => {
  packPythonRuntime(folder)
  await compilePackedRuntime(folder, python)
  const cache = join(folder, 'lambdad_runtime/__pycache__')
  const compiled = readdirSync(cache)
  assert.equal(compiled.length, readdirSync(join(folder, 'lambdad_runtime')).length - 1)
  // -v tells where each module comes from.
  const program = 'import sys; sys.path.insert(0, sys.argv[1]); import lambdad_runtime.main'
  const { stderr, status } = spawnSync(python.executable, ['-S', '-v', '-c', program, folder], {
    encoding: 'utf8',
  })
  assert.equal(status, 0)
  const tag = `cpython-${python.version.replace('.', '')}.pyc`
  for (const name of compiled) {
    assert.ok(name.endsWith(tag), name)
    assert.ok(stderr.includes(`# code object from '${join(cache, name)}'`), name)
  }
  assert.deepEqual(readdirSync(cache), compiled)
})
