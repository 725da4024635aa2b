/**
 * Makes dist/, what of the sources an installed package runs: JavaScript beside what it loads, without the tests.
 *
 * Node.js does not strip types under node_modules. Types become blanks, so that lines and columns in stack traces are
 * those of the sources. Called by npm before it packs (`prepack`). The launcher chooses: bin/lambdad.
 */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What only tests and people need. */
const left =
  /\.test\.(ts|mjs)$|\/test-(support|kit)\.(ts|mjs)$|\.test-kit\.ts$|\.d\.m?ts$|\.md$|\/bench\.mjs$|\/fake-|\.golden\./

/** @param target is made anew */
export function buildPackage(target: string): void {
  rmSync(target, { recursive: true, force: true })
  const source = path.join(root, 'src')
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isFile() || left.test(file)) continue
    const place = path.join(target, path.relative(source, file))
    mkdirSync(path.dirname(place), { recursive: true })
    if (!file.endsWith('.ts')) cpSync(file, place)
    else writeFileSync(place.replace(/\.ts$/, '.js'), compiled(readFileSync(file, 'utf8')))
  }
}

/** Without types, and naming the other files as they are called there. */
export function compiled(source: string): string {
  return stripTypeScriptTypes(source)
    .replaceAll(/((?:\bfrom|\bimport)\s*\(?\s*')(\.{1,2}\/[^'\n]+)\.ts'/g, "$1$2.js'")
    .replaceAll(/(\bnew URL\(\s*')([^'\n]+)\.ts'/g, "$1$2.js'")
}

if (import.meta.main) buildPackage(path.join(root, 'dist'))
