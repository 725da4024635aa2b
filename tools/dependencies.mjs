/**
 * `node tools/dependencies.mjs production|all`: exits 0 when node_modules holds what package-lock.json pins,
 * so that the launcher does not install again what a developer's own `npm install` has put there.
 * Called by tools/setup.sh when its mark is missing or older than the lock file.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'

const root = new URL('..', import.meta.url)
const wantsDevelopment = process.argv[2] === 'all'

/** @returns the `packages` of a lock file, by path; none when there is no such file. */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

const wanted = packagesOf('package-lock.json')
// npm's own record of what it has unpacked.
const found = packagesOf('node_modules/.package-lock.json')

const missing = Object.entries(wanted).filter(([path, entry]) => {
  if (path === '' || (entry.dev === true && !wantsDevelopment)) return false
  const installed = found[path]
  // Optional ones are builds for other systems: npm leaves them out.
  if (installed === undefined) return entry.optional !== true && entry.devOptional !== true
  return installed.version !== entry.version || installed.integrity !== entry.integrity
})
process.exitCode = missing.length === 0 ? 0 : 1
