/**
 * AWS's name for the entry point (`/var/runtime/index.mjs`); the work is in bootstrap.cjs.
 *
 * It is one line because the ECMAScript loader costs: importing `node:net` from a module makes Node
 * build a facade of it, +4 ms; `require` from CommonJS does not. Starting bootstrap.cjs directly is
 * faster still (README, "Boot") and otherwise the same.
 */
import { createRequire } from 'node:module'

createRequire(import.meta.url)('./bootstrap.cjs')
