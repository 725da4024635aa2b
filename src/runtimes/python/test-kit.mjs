/**
 * What the tests of this folder share: the Pythons of this machine, and a function in a temporary folder, running
 * on the packed bootstrap beside the fake platform of the Node.js bootstrap's tests, then gone.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { after, test } from 'node:test'
import { pythonRuntimes } from '../catalog.ts'
import { Bootstrap, runtimeFolder } from '../node/fake-runtime-api.mjs'
import { ask, candidates, pythonPlaces } from './interpreters.ts'
import { packPythonRuntime } from './pack.ts'

/** @typedef {import('./interpreters.ts').Interpreter} Interpreter */

/** Every Python of this machine that serves a runtime: pyenv's and the distribution's of one version, both. */
const pythons = await findPythons()

const missing = Object.values(pythonRuntimes).filter(
  (version) => !pythons.some((python) => python.version === version),
)

export const packed = mkdtempSync(join(tmpdir(), 'lambdad-python-packed-'))
packPythonRuntime(packed)
after(() => rmSync(packed, { recursive: true }))

/** @returns {Promise<Interpreter[]>} */
async function findPythons() {
  const places = pythonPlaces(process.env)
  /** @type {Map<string, Interpreter>} */
  const found = new Map()
  for (const version of Object.values(pythonRuntimes)) {
    for (const path of candidates(version, places)) {
      // It takes seconds to ask a shim, and what it leads to is found without.
      if (path.includes('/shims/')) continue
      // What cannot be used here is not there.
      const python = await ask(path, version).catch(() => undefined)
      if (python !== undefined) found.set(python.executable, python)
    }
  }
  return [...found.values()]
}

/**
 * One test for each Python of this machine; those that are not here are skipped by name.
 * @param {string} name
 * @param {(python: Interpreter) => Promise<void> | void} body
 */
export function onEachPython(name, body) {
  for (const python of pythons) {
    test(`python ${python.fullVersion} in ${python.prefix}: ${name}`, () => body(python))
  }
  for (const version of missing) {
    test(`python ${version}: ${name}`, { skip: `no Python ${version} here` }, () => {})
  }
}

/** Whether results and errors are pure ASCII. @param {Interpreter} python */
export const isAsciiOnly = (python) => ['3.10', '3.11'].includes(python.version)

/** The bootstrap as a program of the Node.js tests' fake platform, which starts any program that is named so. */
const entry = relative(runtimeFolder, join(packed, 'bootstrap.py'))

/**
 * @param {Interpreter} python
 * @param {string} taskRoot
 * @param {object} [options] of Bootstrap.start
 */
export function startBootstrap(python, taskRoot, options = {}) {
  process.env[`LAMBDAD_NODE_${python.executable}`] = python.executable
  return Bootstrap.start({
    major: python.executable,
    taskRoot,
    handler: 'app.handler',
    flags: ['-S'],
    entry,
    ...options,
    env: {
      AWS_EXECUTION_ENV: `AWS_Lambda_python${python.version}`,
      _LAMBDAD_PYTHON_PATH: `/opt/python/lib/python${python.version}/site-packages:/opt/python:/nowhere/sdk`,
      ...options.env,
    },
  })
}

/**
 * Deploys `files`, starts the bootstrap, calls `body`, and leaves nothing behind.
 * @param {Interpreter} python
 * @param {string | Record<string, string | Uint8Array>} files text of app.py, or name to text
 * @param {(bootstrap: Bootstrap, taskRoot: string) => Promise<void>} body
 * @param {object} [options] of Bootstrap.start
 */
export async function withFunction(python, files, body, options = {}) {
  const taskRoot = mkdtempSync(join(tmpdir(), 'lambdad-python-'))
  let bootstrap
  try {
    const all = typeof files === 'string' ? { 'app.py': files } : files
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(taskRoot, name)), { recursive: true })
      writeFileSync(join(taskRoot, name), text)
    }
    bootstrap = await startBootstrap(python, taskRoot, options)
    await body(bootstrap, taskRoot)
  } finally {
    await bootstrap?.stop()
    rmSync(taskRoot, { recursive: true, force: true })
  }
}

/** A module with a handler of these lines. @param {string} lines @param {string} [before] */
export function handlerOf(lines, before = '') {
  const body = lines.replaceAll('\n', '\n    ')
  return `${before}\ndef handler(event, context):\n    ${body}\n`
}

/**
 * The first `count` log frames, as the platform decodes them: they come on a descriptor of their own, so that they
 * may arrive after the answer that was written after them.
 * @param {Bootstrap} bootstrap
 * @param {number} count
 * @returns {Promise<{type: number, micros: bigint, text: string}[]>}
 */
export function framesOf(bootstrap, count) {
  return bootstrap.until(() => {
    const frames = decodeFrames(bootstrap.frames)
    return frames.length >= count && frames
  }, `${count} frames`)
}

/** @param {Buffer} bytes */
function decodeFrames(bytes) {
  const frames = []
  for (let offset = 0; offset + 16 <= bytes.length;) {
    const type = bytes.readUInt32BE(offset)
    assert.equal(type >>> 16, 0xa55a)
    const end = offset + 16 + bytes.readUInt32BE(offset + 4)
    if (end > bytes.length) break
    const micros = bytes.readBigUInt64BE(offset + 8)
    frames.push({ type, micros, text: bytes.toString('utf8', offset + 16, end) })
    offset = end
  }
  return frames
}
