import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { UnusableInterpreter, ask, candidates, pythonPlaces } from './interpreters.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambdad-interpreters-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function file(path: string, text = '\x7fELF'): string {
  const whole = join(folder, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, text, { mode: 0o755 })
  return whole
}

/** A program that answers as that Python would, and counts how often it was asked. */
function fakePython(path: string, version: string, prefix: string, name = 'cpython'): string {
  return file(
    path,
    `#!/bin/sh\necho asked >>${folder}/asked\nprintf '${name}\\n${version}\\n${prefix}\\n'\n`,
  )
}

/** What an installation has below its prefix. */
function installation(prefix: string, version: string): string {
  mkdirSync(join(folder, prefix, `lib/python${version}/site-packages`), { recursive: true })
  return fakePython(`${prefix}/bin/python${version}`, `${version}.4`, join(folder, prefix))
}

const nowhere = { path: '', collections: [], folders: [] }

test('the user’s own choice comes first, then collections, the latest first, then shims', () => {
  const chosen = file('chosen/python3.12')
  const shim = file('shims/python3.12', '#!/bin/sh\n')
  const newer = file('versions/3.12.10/bin/python3.12')
  const older = file('versions/3.12.9/bin/python3.12')
  const uv = file('uv/cpython-3.12.1-linux-x86_64-gnu/bin/python3.12')
  const system = file('usr/bin/python3.12')
  // Other versions, and what only looks like this one.
  file('versions/3.1.2/bin/python3.1')
  file('versions/13.12.0/bin/python3.12')
  file('versions/3.120.0/bin/python3.12')
  mkdirSync(join(folder, 'versions/3.12.11/bin/python3.12'), { recursive: true })
  const places = {
    path: `${folder}/shims:relative:${folder}/chosen:${folder}/no`,
    collections: [join(folder, 'versions'), join(folder, 'uv'), join(folder, 'missing')],
    folders: [join(folder, 'usr/bin')],
  }
  assert.deepEqual(candidates('3.12', places), [chosen, newer, older, uv, system, shim])
  assert.deepEqual(candidates('3.14', places), [])
})

test('one program under two names is asked once', () => {
  file('usr/bin/python3.12')
  symlinkSync('usr/bin', join(folder, 'bin'))
  const places = { ...nowhere, folders: [join(folder, 'bin'), join(folder, 'usr/bin')] }
  assert.equal(candidates('3.12', places).length, 1)
})

test('the usual places follow the variables of the tools', () => {
  const usual = pythonPlaces({ HOME: '/h/u', PATH: '/a:/b' })
  assert.equal(usual.path, '/a:/b')
  assert.deepEqual(usual.collections.slice(0, 2), [
    '/h/u/.pyenv/versions',
    '/h/u/.local/share/uv/python',
  ])
  const told = pythonPlaces({ HOME: '/h', PYENV_ROOT: '/p', UV_PYTHON_INSTALL_DIR: '/v' })
  assert.deepEqual(told.collections.slice(0, 2), ['/p/versions', '/v'])
})

test('an interpreter is what it says it is, and is asked once for each state of its file', async () => {
  const path = installation('opt/python', '3.12')
  const expected = {
    version: '3.12',
    fullVersion: '3.12.4',
    executable: path,
    prefix: join(folder, 'opt/python'),
    isShared: false,
  }
  assert.deepEqual(await ask(path, '3.12'), expected)
  assert.deepEqual(await ask(path, '3.12'), expected)
  // A shim, or the program of a virtual environment, leads to the installation.
  const shim = fakePython('shims/python3.12', '3.12.4', join(folder, 'opt/python'))
  assert.deepEqual(await ask(shim, '3.12'), expected)
  fakePython('opt/python/bin/python3.12', '3.12.5', join(folder, 'opt/python'))
  file('opt/python/lib/libpython3.12.so.1.0')
  const later = { ...expected, fullVersion: '3.12.5', isShared: true }
  assert.deepEqual(await ask(path, '3.12'), later)
})

test('what cannot be used is refused with the reason', async () => {
  const refused = async (path: string, words: RegExp): Promise<void> => {
    await assert.rejects(ask(path, '3.12'), (error: Error) => {
      assert.ok(error instanceof UnusableInterpreter)
      assert.match(error.message, words)
      return true
    })
  }
  await refused(file('broken', '#!/bin/sh\nexit 3\n'), /broken does not run \(/)
  await refused(file('binary'), /binary does not run \(/)
  await refused(fakePython('old', '3.11.9', folder), /old is cpython 3\.11\.9$/)
  await refused(fakePython('pypy', '3.12.1', folder, 'pypy'), /pypy is pypy 3\.12\.1$/)
  await refused(
    fakePython('lost', '3.12.1', join(folder, 'gone')),
    /belongs to .*\/gone, which has no bin\/python3\.12$/,
  )
  const shut = installation('shut', '3.12')
  chmodSync(join(folder, 'shut/lib'), 0o700)
  await refused(shut, /shut\/lib cannot be read by everybody.*chmod -R o\+rX .*\/shut\)/)
  const bare = installation('bare', '3.12')
  rmSync(join(folder, 'bare/lib/python3.12/site-packages'), { recursive: true })
  await refused(bare, /has no site-packages/)
})

test('a folder into which this user may not look holds none', () => {
  const endless = join(folder, 'endless')
  symlinkSync(endless, endless)
  const found = file('chosen/python3.12')
  const path = [endless, join(found, 'below'), dirname(found)].join(':')
  assert.deepEqual(candidates('3.12', { ...nowhere, path }), [found])
})
