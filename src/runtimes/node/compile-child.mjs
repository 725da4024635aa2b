/**
 * Runs a packed runtime once and writes what V8 has compiled of it by then. On the Node.js that it is for.
 *
 * `node compile-child.mjs <folder> <output>`, with a Runtime API on descriptor 3 that hangs up in the end.
 * Called by: compiled.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'

const [folder, output] = process.argv.slice(2)
const filename = join(folder, 'runtime.cjs')
const script = new Script(readFileSync(filename, 'latin1'), { filename })
process.on('exit', () => writeFileSync(output, script.createCachedData()))
const require = createRequire(join(folder, 'bootstrap.cjs'))
script.runInThisContext()(require, folder, (specifier) => import(specifier))
