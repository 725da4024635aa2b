/** What NODE_PATH names, and when: behind what the function brings, for `require` and for `import`. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { runtimeFolder } from './fake-runtime-api.mjs'
import { majors, withFunction } from './test-kit.mjs'

const brought = mkdtempSync(join(tmpdir(), 'lambdad-brought-'))
test.after(() => rmSync(brought, { recursive: true }))
const packages = {
  'first/node_modules/both/index.js': "exports.from = 'first'",
  'second/node_modules/both/index.js': "exports.from = 'second'",
  'second/node_modules/@scope/one/package.json': '{"main":"./lib/main.js"}',
  'second/node_modules/@scope/one/lib/main.js': "exports.from = require('two').from",
  'second/node_modules/two/index.js': "exports.from = 'two'",
  'second/node_modules/own/index.js': "exports.from = 'second'",
  'second/node_modules/broken/package.json': '{',
  'second/node_modules/strict/package.json': '{"exports":{"./open":"./open.js"}}',
  'second/node_modules/strict/open.js': "exports.from = 'open'",
  'second/beside.mjs': "export const from = 'beside'",
}
for (const [name, text] of Object.entries(packages)) {
  mkdirSync(dirname(join(brought, name)), { recursive: true })
  writeFileSync(join(brought, name), text)
}
const NODE_PATH = [
  join(brought, 'none/node_modules'),
  join(brought, 'first/node_modules'),
  join(brought, 'second/node_modules'),
  brought,
].join(':')
/** As a process without a sandbox has it: a place on the host. */
const env = { NODE_PATH, LAMBDA_RUNTIME_DIR: brought }

const answers = `async (name) => {
  try { return (await load(name)).from } catch (error) { return error.code }
}`
const files = {
  'node_modules/own/index.js': "exports.from = 'the function'",
  'index.mjs': `const load = (name) => import(name)\nexport const handler = ${answers}`,
  'common.js': `const load = require\nexports.handler = ${answers}`,
}

for (const major of majors) {
  test(`node ${major}: require`, async () => {
    const ask = async (bootstrap) => {
      const call = async (name) => (await bootstrap.invoke(JSON.stringify(name))).json
      assert.equal(await call('@scope/one'), 'two')
      assert.equal(await call('both'), 'first')
      assert.equal(await call('own'), 'the function')
      assert.equal(await call('missing'), 'MODULE_NOT_FOUND')
    }
    await withFunction(major, files, ask, { env, handler: 'common.handler' })
    const sandboxed = { NODE_PATH }
    await withFunction(major, files, ask, { env: sandboxed, handler: 'common.handler' })
  })

  const skip = major === 20 && 'Node.js 20 has no hooks for it'
  test(`node ${major}: import, without a sandbox`, { skip }, async () => {
    await withFunction(
      major,
      files,
      async (bootstrap) => {
        const call = async (name) => (await bootstrap.invoke(JSON.stringify(name))).json
        assert.equal(await call('@scope/one'), 'two')
        assert.equal(await call('both'), 'first')
        assert.equal(await call('own'), 'the function')
        assert.equal(await call('missing'), 'ERR_MODULE_NOT_FOUND')
        assert.equal(await call('strict/open'), 'open')
        assert.equal(await call('strict/closed'), 'ERR_PACKAGE_PATH_NOT_EXPORTED')
        assert.equal(await call('broken'), 'ERR_INVALID_PACKAGE_CONFIG')
        // Paths are the importing file's own.
        assert.equal(await call('./beside.mjs'), 'ERR_MODULE_NOT_FOUND')
        assert.equal(await call('file:///nowhere/beside.mjs'), 'ERR_MODULE_NOT_FOUND')
      },
      { env, handler: 'index.handler' },
    )
  })

  test(`node ${major}: what sandboxes have in /var/node_modules and /node_modules is for import alone`, async () => {
    const handler = `exports.handler = async () => [module.paths, require.resolve.paths('x')]`
    await withFunction(major, handler, async (bootstrap, taskRoot) => {
      const [own, all] = (await bootstrap.invoke('{}')).json
      assert.equal(own[0], join(taskRoot, 'node_modules'))
      assert.ok(!all.includes('/node_modules'), String(all))
      assert.ok(!all.includes('/var/node_modules'), String(all))
    })
  })
}

test('the bootstrap itself loads nothing but its own files and what is built into Node.js', () => {
  for (const name of readdirSync(runtimeFolder).filter((each) => each.endsWith('.cjs'))) {
    const text = readFileSync(join(runtimeFolder, name), 'utf8')
    for (const [, specifier] of text.matchAll(/\b(?:require|import)\('([^']+)'\)/g)) {
      assert.match(specifier, /^(?:node:|\.\/)/, name)
    }
  }
})
