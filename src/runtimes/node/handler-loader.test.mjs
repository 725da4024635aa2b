/** Finding and loading handlers: every form of file, every error in AWS's words. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { legacyMajors, majors, withFunction } from './test-kit.mjs'

const cjs = (value) => `exports.handler = async () => ${JSON.stringify(value)}\n`
const esm = (value) => `export const handler = async () => ${JSON.stringify(value)}\n`

/** What loads, by name: files, handler, and what it then answers. */
const loads = {
  'CommonJS .js': [{ 'index.js': cjs('js') }, 'index.handler', 'js'],
  'CommonJS .js with another package type': [
    { 'index.js': cjs('js'), 'package.json': '{"name":"x"}' },
    'index.handler',
    'js',
  ],
  'ECMAScript .js by package type': [
    { 'index.js': esm('esm'), 'package.json': '{"type":"module"}' },
    'index.handler',
    'esm',
  ],
  'package type of a parent folder': [
    { 'src/index.js': esm('esm'), 'package.json': '{"type":"module"}' },
    'src/index.handler',
    'esm',
  ],
  'nearest package.json wins': [
    { 'src/index.js': cjs('js'), 'src/package.json': '{}', 'package.json': '{"type":"module"}' },
    'src/index.handler',
    'js',
  ],
  '.mjs': [{ 'index.mjs': esm('mjs') }, 'index.handler', 'mjs'],
  '.cjs': [
    { 'index.cjs': cjs('cjs'), 'package.json': '{"type":"module"}' },
    'index.handler',
    'cjs',
  ],
  'no extension comes first': [
    { index: cjs('none'), 'index.js': cjs('js') },
    'index.handler',
    'none',
  ],
  '.js comes before .mjs': [
    { 'index.js': cjs('js'), 'index.mjs': esm('mjs') },
    'index.handler',
    'js',
  ],
  '.mjs comes before .cjs': [
    { 'index.cjs': cjs('cjs'), 'index.mjs': esm('mjs') },
    'index.handler',
    'mjs',
  ],
  'a path': [{ 'a/b/app.js': cjs('deep') }, 'a/b/app.handler', 'deep'],
  'a path with ./': [{ 'a/app.js': cjs('dot') }, './a/app.handler', 'dot'],
  'nested exports': [
    { 'index.js': 'exports.a = { b: { c: async () => "nested" } }' },
    'index.a.b.c',
    'nested',
  ],
  'nested ECMAScript exports': [
    { 'index.mjs': 'export const a = { b: async () => "nested" }' },
    'index.a.b',
    'nested',
  ],
  'module.exports': [
    { 'index.js': 'module.exports = { handler: async () => 1 }' },
    'index.handler',
    1,
  ],
  'a default export': [{ 'index.mjs': 'export default async () => 2' }, 'index.default', 2],
  'top-level await': [
    {
      'index.mjs': `const v = await new Promise((ok) => setTimeout(ok, 20, 'waited'))\n${esm('x').replace('"x"', 'v')}`,
    },
    'index.handler',
    'waited',
  ],
  'odd characters in the path': [
    { 'a b#c%20/ïndex.mjs': esm('odd') },
    'a b#c%20/ïndex.handler',
    'odd',
  ],
  'a package of the function': [{ 'node_modules/pkg/index.js': cjs('pkg') }, 'pkg.handler', 'pkg'],
  'what the module requires': [
    {
      'index.js': `const v = require('./lib')\nexports.handler = async () => v`,
      'lib.json': '"lib"',
    },
    'index.handler',
    'lib',
  ],
}

for (const major of majors) {
  for (const [name, [files, handler, value]] of Object.entries(loads)) {
    test(`node ${major} loads: ${name}`, async () => {
      await withFunction(
        major,
        files,
        async (bootstrap) => assert.deepEqual((await bootstrap.invoke('{}')).json, value),
        { handler },
      )
    })
  }

  test(`node ${major} loads: a module of a layer, by NODE_PATH`, async () => {
    await withFunction(major, { 'layer/only/index.js': cjs('layer') }, async (_first, taskRoot) => {
      const root = join(taskRoot, 'task')
      mkdirSync(root)
      writeFileSync(join(root, 'x.txt'), '')
      const { Bootstrap } = await import('./fake-runtime-api.mjs')
      const second = await Bootstrap.start({
        major,
        taskRoot: root,
        handler: 'only.handler',
        env: { NODE_PATH: join(taskRoot, 'layer') },
      })
      try {
        assert.equal((await second.invoke('{}')).text, '"layer"')
      } finally {
        await second.stop()
      }
    })
  })
}

const missing = (name) =>
  new RegExp(`^Error: Cannot find module '${name}'\\nRequire stack:\\n- .*/index\\.mjs$`)

/** What does not load: files, handler, errorType, errorMessage. */
const fails = {
  'no dot': [{}, 'index', 'Runtime.MalformedHandlerName', 'Bad handler'],
  'a parent folder': [
    {},
    '../index.handler',
    'Runtime.MalformedHandlerName',
    "'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
  ],
  'no such module': [{}, 'nope.handler', 'Runtime.ImportModuleError', missing('nope')],
  'a missing dependency': [
    { 'index.js': `require('left-out')` },
    'index.handler',
    'Runtime.ImportModuleError',
    /^Error: Cannot find module 'left-out'\nRequire stack:\n- .*\/index\.js\n- .*\/index\.mjs$/,
  ],
  'a missing ECMAScript dependency': [
    { 'index.mjs': `import 'left-out'` },
    'index.handler',
    'Error',
    /^Cannot find package 'left-out' imported from /,
  ],
  'a syntax error': [
    { 'index.js': 'exports.handler = (' },
    'index.handler',
    'Runtime.UserCodeSyntaxError',
    /^SyntaxError: /,
  ],
  'an ECMAScript syntax error': [
    { 'index.mjs': 'export const handler = (' },
    'index.handler',
    'Runtime.UserCodeSyntaxError',
    /^SyntaxError: /,
  ],
  'no such export': [
    { 'index.js': cjs(1) },
    'index.other',
    'Runtime.HandlerNotFound',
    'index.other is undefined or not exported',
  ],
  'no such nested export': [
    { 'index.js': cjs(1) },
    'index.a.b',
    'Runtime.HandlerNotFound',
    'index.a.b is undefined or not exported',
  ],
  'not a function': [
    { 'index.js': 'exports.handler = {}' },
    'index.handler',
    'Runtime.HandlerNotFound',
    'index.handler is not a function',
  ],
  'code that throws': [
    { 'index.js': `throw new RangeError('at init')` },
    'index.handler',
    'RangeError',
    'at init',
  ],
  'code that throws no error': [
    { 'index.js': `throw 'words'` },
    'index.handler',
    'string',
    'words',
  ],
  'a rejected top-level await': [
    { 'index.mjs': `await Promise.reject(new TypeError('tla'))` },
    'index.handler',
    'TypeError',
    'tla',
  ],
  'an unknown kind of streaming': [
    {
      'index.js': `exports.handler = async () => {}; exports.handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request'`,
    },
    'index.handler',
    'Runtime.MalformedStreamingHandler',
    'Only response streaming is supported.',
  ],
}

for (const major of majors) {
  for (const [name, [files, handler, errorType, errorMessage]] of Object.entries(fails)) {
    test(`node ${major} refuses: ${name}`, async () => {
      await withFunction(
        major,
        files,
        async (bootstrap) => {
          const exit = await bootstrap.ended()
          assert.deepEqual(
            bootstrap.requests.map((request) => request.path),
            ['/2018-06-01/runtime/init/error'],
          )
          const { headers, json } = bootstrap.requests[0]
          assert.equal(json.errorType, errorType)
          if (errorMessage instanceof RegExp) assert.match(json.errorMessage, errorMessage)
          else assert.equal(json.errorMessage, errorMessage)
          assert.equal(headers['lambda-runtime-function-error-type'], errorType)
          assert.deepEqual(exit, { code: major === 24 ? 1 : 129, signal: null })
          const [, id, level, title] = bootstrap.stdout.split('\t')
          const expected =
            major === 24
              ? ['-', 'ERROR', 'Init Error ']
              : ['undefined', 'ERROR', 'Uncaught Exception ']
          assert.deepEqual([id, level, title], expected)
        },
        { handler },
      )
    })
  }
}

test('node 24 refuses callback handlers', async () => {
  await withFunction(
    24,
    'exports.handler = (event, context, callback) => callback()',
    async (bootstrap) => {
      await bootstrap.ended()
      assert.equal(bootstrap.posts[0].json.errorType, 'Runtime.CallbackHandlerDeprecated')
      assert.match(
        bootstrap.posts[0].json.errorMessage,
        /^ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node\.js 24\. /,
      )
    },
  )
})

test('node 24 finds the handler in a default export', async () => {
  await withFunction(
    24,
    { 'index.mjs': 'export default { handler: async () => 3 }' },
    async (bootstrap) => {
      assert.equal((await bootstrap.invoke('{}')).text, '3')
    },
  )
})

test('node 24 loads TypeScript', async () => {
  await withFunction(
    24,
    { 'index.ts': 'exports.handler = async (n: number): Promise<number> => n + 1' },
    async (bootstrap) => {
      assert.equal((await bootstrap.invoke('1')).text, '2')
    },
  )
})

for (const major of legacyMajors) {
  test(`node ${major}: a top-level await that never ends`, async () => {
    await withFunction(major, { 'index.mjs': 'await new Promise(() => {})' }, async (bootstrap) => {
      assert.deepEqual(await bootstrap.ended(), { code: 13, signal: null })
      assert.deepEqual(bootstrap.requests, [])
    })
  })
}
