import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RuntimeFinding } from '../../kernel/reports.ts'
import { TestDirectory } from '../test-support.ts'
import { type Choice, type Said, guess } from './guess.ts'
import { listFiles } from './package.ts'

const runtimes: RuntimeFinding[] = [
  { runtime: 'nodejs24.x', state: 'served' },
  { runtime: 'nodejs22.x', state: 'served' },
  { runtime: 'python3.14', state: 'fallback' },
  { runtime: 'python3.13', state: 'served' },
]

async function choose(
  files: Readonly<Record<string, string>>,
  said: Said = {},
  served = runtimes,
): Promise<Choice> {
  using directory = new TestDirectory(files)
  return await guess(directory.path, await listFiles(directory.path), served, said)
}

async function handlerOf(files: Readonly<Record<string, string>>): Promise<string> {
  return (await choose(files)).handler
}

describe('the choice of runtime and handler', () => {
  it('reads JavaScript as people write it', async () => {
    assert.deepEqual(await choose({ 'index.mjs': 'export const handler = async () => 1' }), {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      because: 'index.mjs exports handler',
    })
    const sources = {
      'exports.handler = async () => 1': 'handler',
      'module.exports.main = () => 1': 'main',
      'export async function lambdaHandler(event) {}': 'lambdaHandler',
      'const run = 1; export { run as handler, other }': 'handler',
      'module.exports = { other, handler: async () => 1 }': 'handler',
      'export const onlyOne = () => 1': 'onlyOne',
      'import a from "a";export const handler=()=>1': 'handler',
    }
    for (const [source, name] of Object.entries(sources)) {
      assert.equal(await handlerOf({ 'app.js': source }), `app.${name}`, source)
    }
  })

  it('reads Python, whose handlers take an event and a context', async () => {
    const source =
      'import json\n\ndef helper(x):\n    pass\n\ndef lambda_handler(event, context):\n'
    assert.deepEqual(await choose({ 'lambda_function.py': source }), {
      runtime: 'python3.13',
      handler: 'lambda_function.lambda_handler',
      because: 'lambda_function.py defines lambda_handler',
    })
    const typed = 'def run(event: dict, context: object) -> dict:\n    return event\n'
    assert.equal(await handlerOf({ 'main.py': typed }), 'main.run')
  })

  it('takes the usual file before the others', async () => {
    const source = 'exports.handler = 1'
    assert.equal(await handlerOf({ 'app.js': source, 'index.js': source }), 'index.handler')
    assert.equal(await handlerOf({ 'src/index.js': source, 'x.js': source }), 'src/index.handler')
  })

  it('takes a bootstrap for a runtime of its own, if it can be executed', async () => {
    await assert.rejects(choose({ bootstrap: '#!/bin/sh\n' }), /chmod \+x bootstrap/)
    using directory = new TestDirectory()
    directory.write('bootstrap', '#!/bin/sh\n', 0o755)
    const files = await listFiles(directory.path)
    const { runtime, handler } = await guess(directory.path, files, runtimes, {})
    assert.deepEqual([runtime, handler], ['provided.al2023', 'bootstrap'])
  })

  it('keeps to what was said', async () => {
    const both = { 'index.js': 'exports.handler = 1', 'app.py': 'def handler(event, context):\n' }
    assert.equal((await choose(both, { runtime: 'python3.10' })).handler, 'app.handler')
    const node = await choose({ 'a/b.mjs': '' }, { handler: 'a/b.go' })
    assert.deepEqual([node.runtime, node.handler], ['nodejs24.x', 'a/b.go'])
    const custom = choose({ 'index.js': '' }, { runtime: 'provided.al2' })
    await assert.rejects(custom, /start the file bootstrap, and there is none/)
  })

  it('asks where it would have to guess between equals', async () => {
    const both = { 'index.js': 'exports.handler = 1', 'app.py': 'def handler(event, context):\n' }
    await assert.rejects(
      choose(both),
      /both index\.js exports handler and app\.py defines handler: choose with --runtime/,
    )
    await assert.rejects(
      choose({ 'index.js': 'exports.a = 1; exports.b = 2' }),
      /no handler was fo/,
    )
    await assert.rejects(choose({ 'index.ts': 'export const handler = 1' }), /has TypeScript/)
    await assert.rejects(choose({ 'x.js': '' }, { handler: 'y.z' }), /no file for the handler y\.z/)
  })

  it('stands in with a fallback, and says when there is no runtime at all', async () => {
    const python = { 'app.py': 'def handler(event, context):\n' }
    const stand: RuntimeFinding[] = [{ runtime: 'python3.14', state: 'fallback' }]
    assert.equal((await choose(python, {}, stand)).runtime, 'python3.14')
    const none: RuntimeFinding[] = [{ runtime: 'python3.14', state: 'missing' }]
    await assert.rejects(choose(python, {}, none), /lambdad runtimes says why/)
  })
})
