/**
 * Runs a packed runtime once and writes what V8 has compiled of it by then. On the Node.js that it is for.
 *
 * `node compile-child.mjs <folder> <output>`, with a Runtime API on descriptor 3 that hangs up in the end.
 * Called by: compiled.ts.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'

const [folder, output] = process.argv.slice(2)
const filename = join(folder, 'runtime.cjs')
const script = new Script(readFileSync(filename, 'latin1'), { filename })
process.on('exit', () => {
  // How a runtime ends that is hung up on says nothing: that there is an output says that it is whole.
  const part = `${output}.part`
  writeFileSync(part, script.createCachedData())
  renameSync(part, output)
})
const require = createRequire(join(folder, 'bootstrap.cjs'))
script.runInThisContext()(require, folder, (specifier) => import(specifier))
