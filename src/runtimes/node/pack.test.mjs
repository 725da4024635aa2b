/** The packed folder is what sandboxes see: it must serve, buffered and streaming, by both entries. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { runtimeFolder } from './fake-runtime-api.mjs'
import { packRuntime } from './pack.mjs'
import { majors, withFunction } from './test-kit.mjs'

const folder = mkdtempSync(join(tmpdir(), 'lambdad-pack-'))
test.after(() => rmSync(folder, { recursive: true }))
packRuntime(folder)

test('three files, and where a sandbox has what the runtime brings along', () => {
  const names = ['bootstrap.cjs', 'index.mjs', 'node_modules', 'runtime.cjs']
  assert.deepEqual(readdirSync(folder).toSorted(), names)
})

for (const major of majors) {
  for (const file of ['index.mjs', 'bootstrap.cjs']) {
    const entry = relative(runtimeFolder, join(folder, file))
    test(`node ${major}: ${file}, packed`, async () => {
      const handler = `exports.handler = async () => [require.main === undefined, Object.keys(require.cache).length]`
      await withFunction(
        major,
        handler,
        async (bootstrap) => assert.deepEqual((await bootstrap.invoke('{}')).json, [true, 1]),
        { entry },
      )
      const streaming = `exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.end('s') })`
      await withFunction(
        major,
        streaming,
        async (bootstrap) => {
          assert.equal((await bootstrap.invoke('{}')).text, 's')
          await bootstrap.ready(2)
        },
        { entry },
      )
    })
  }
}
