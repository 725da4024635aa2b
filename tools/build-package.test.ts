import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buildPackage, compiled } from './build-package.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Good enough for a server that believes everybody. */
const anySignature = {
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, ' +
    `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
}

describe('the package', () => {
  let folder = ''
  /** As npm would install it. */
  let place = ''

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lambdad-package-'))
    place = path.join(folder, 'node_modules', 'lambdad')
    mkdirSync(place, { recursive: true })
    const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      files: string[]
    }
    for (const name of ['package.json', ...files.filter((file) => file !== 'dist')]) {
      cpSync(path.join(root, name), path.join(place, name), { recursive: true })
    }
    buildPackage(path.join(place, 'dist'))
    // Its dependencies are those that are here.
    for (const name of readdirSync(path.join(root, 'node_modules'))) {
      symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name))
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  it('has no types, no tests, and names no file that it lacks', () => {
    const dist = path.join(place, 'dist')
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    assert.ok(files.includes('cli/main.js'))
    assert.deepEqual(
      files.filter((file) => /\.ts$|\.test\./.test(file)),
      [],
    )
    for (const file of files.filter((each) => each.endsWith('.js'))) {
      const text = readFileSync(path.join(dist, file), 'utf8')
      for (const [, named] of text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^'\n]+)'/g)) {
        const target = path.join(path.dirname(file), named ?? '')
        assert.ok(files.includes(target), `${file} names ${named}`)
      }
    }
  })

  it('runs from under node_modules, with all its threads', async () => {
    const data = path.join(folder, 'data')
    const args = ['start', '--port=0', '--isolation=process', `--data-dir=${data}`]
    const server = spawn(path.join(place, 'bin/lambdad'), args, {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = once(server, 'exit')
    let said = ''
    const ready = new Promise<string>((resolve, reject) => {
      for (const stream of [server.stdout, server.stderr]) {
        stream.on('data', (chunk) => {
          said += String(chunk)
          const found = /is ready on (http:\/\/\S+)/.exec(said)
          if (found) resolve(found[1] as string)
        })
      }
      void ended.then(() => reject(new Error(said)))
    })
    try {
      const url = await ready
      assert.equal((await fetch(`${url}/_lambdad/health`)).status, 200)
      // A read goes to the database, through the threads.
      const list = await fetch(`${url}/2015-03-31/functions`, { headers: anySignature })
      assert.deepEqual(await list.json(), { Functions: [] })
    } finally {
      server.kill('SIGTERM')
    }
    assert.deepEqual(await ended, [0, null], said)
  })
})

it('changes the names of files and nothing else', () => {
  const source = [
    "import { a, type B } from './a.ts'",
    "export * from '../b.ts'",
    "const c = await import('./c.ts')",
    "new Worker(new URL('thread.ts', import.meta.url))",
    "const text: string = 'see ./d.ts'",
    "import { x } from 'package.ts'",
  ].join('\n')
  const lines = compiled(source).split('\n')
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/,? +\}/g, ' }').replaceAll(/ +/g, ' ')),
    [
      "import { a } from './a.js'",
      "export * from '../b.js'",
      "const c = await import('./c.js')",
      "new Worker(new URL('thread.js', import.meta.url))",
      "const text = 'see ./d.ts'",
      "import { x } from 'package.ts'",
    ],
  )
})
