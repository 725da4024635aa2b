/**
 * Makes the folder that a sandbox sees as /var/runtime: our modules in one file, what starts them, and AWS's entry.
 *
 * One file instead of ten saves ~4 ms of a ~40 ms start (README, "Boot"). It only concatenates:
 * every module keeps its text and its own scope, so a stack trace still shows its names. That file is a function, so that
 * it can be compiled ahead: compiled.ts.
 * `node pack.mjs <folder>`, or `packRuntime(folder)` from whatever installs runtimes.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('.', import.meta.url))
const ENTRY = 'bootstrap.cjs'
const PACKED = 'runtime.cjs'

/** `require` of the packed modules: ours by name, each evaluated once; anything else is Node's. */
const PRELUDE = `(function (require, __dirname, importModule) {
'use strict';
const modules = Object.create(null);
const load = (name) => {
  const found = modules[name];
  if (found === undefined) return require(name);
  if (found.exports === undefined) {
    const module = { exports: {} };
    found.run(module, load);
    found.exports = module.exports;
  }
  return found.exports;
};
load.cache = require.cache;
`

/** What Node.js starts. A compiled form that is not there, or of another Node.js, is none: V8 looks. */
const LOADER = `'use strict'
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')
const filename = __dirname + '/${PACKED}'
let cachedData
try {
  cachedData = readFileSync(__dirname + '/' + process.version + '.code')
} catch {}
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData })
script.runInThisContext()(require, __dirname, (specifier) => import(specifier))
`

/**
 * @param {string} folder is made anew: what was compiled of an earlier form would be taken for this one's
 */
export function packRuntime(folder) {
  const names = readdirSync(source).filter((name) => name.endsWith('.cjs'))
  const parts = names.map((name) => {
    const text = readFileSync(join(source, name), 'utf8')
    return `modules['./${name}'] = { exports: undefined, run(module, require) {\n${text}\n} };\n`
  })
  const packed = `${PRELUDE}${parts.join('')}modules['./import.cjs'].exports = importModule;\nload('./${ENTRY}');\n})\n`
  // It is read a byte a character, which is faster.
  if (/[^\0-\x7f]/.test(packed)) throw new Error('the files of a runtime are ASCII')
  rmSync(folder, { recursive: true, force: true })
  // Where a sandbox has the packages that the runtime brings along.
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(join(folder, PACKED), packed)
  writeFileSync(join(folder, ENTRY), LOADER)
  writeFileSync(join(folder, 'index.mjs'), readFileSync(join(source, 'index.mjs')))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2]
  if (folder === undefined) throw new Error('usage: node pack.mjs <folder>')
  packRuntime(folder)
}
