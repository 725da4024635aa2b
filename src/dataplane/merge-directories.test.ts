/** The merge of layers against what one would see who unpacked them one over the other, each name by itself. */
import assert from 'node:assert/strict'
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { mergeDirectories } from './merge-directories.ts'

let root: string
let made = 0

before(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'lambdad-merge-'))
})
after(() => rm(root, { recursive: true, force: true }))

/** Contents by path; `-> x` is a link, undefined a directory. */
type Files = Readonly<Record<string, string | undefined>>

async function directoryOf(files: Files): Promise<string> {
  made += 1
  const directory = path.join(root, String(made))
  await mkdir(directory)
  for (const [name, text] of Object.entries(files)) {
    const place = path.join(directory, name)
    if (text === undefined) await mkdir(place, { recursive: true })
    else {
      await mkdir(path.dirname(place), { recursive: true })
      if (text.startsWith('-> ')) await symlink(text.slice(3), place)
      else await writeFile(place, text)
    }
  }
  return directory
}

async function filesOf(
  directory: string,
  prefix = '',
): Promise<Record<string, string | undefined>> {
  const files: Record<string, string | undefined> = {}
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name)
    const name = prefix + entry.name
    if (entry.isDirectory()) {
      Object.assign(files, { [name]: undefined }, await filesOf(place, `${name}/`))
    } else if (entry.isSymbolicLink()) files[name] = `-> ${await readlink(place)}`
    else files[name] = await readFile(place, 'utf8')
  }
  return files
}

async function merged(...layers: Files[]): Promise<{ directory: string; files: Files }> {
  const sources = await Promise.all(layers.map(directoryOf))
  const directory = path.join(root, `merged-${(made += 1)}`)
  await mergeDirectories(sources, directory)
  return { directory, files: await filesOf(directory) }
}

test('of two files of one name the later counts, and all others are there', async () => {
  const { files } = await merged(
    { 'bin/a': 'first', 'bin/b': 'first', only: 'first' },
    { 'bin/b': 'second', 'lib/c': 'second' },
    { 'bin/a': 'third' },
  )
  assert.deepEqual(files, {
    bin: undefined,
    'bin/a': 'third',
    'bin/b': 'second',
    lib: undefined,
    'lib/c': 'second',
    only: 'first',
  })
})

test('what is no directory takes the place of one, and the other way round', async () => {
  const { files } = await merged(
    { 'a/x': '1', b: 'file', c: '-> a', 'd/y': '1' },
    { a: 'file', 'b/x': '2', 'c/z': '2', d: '-> b' },
  )
  assert.deepEqual(files, {
    a: 'file',
    b: undefined,
    'b/x': '2',
    c: undefined,
    'c/z': '2',
    d: '-> b',
  })
})

test('files cost no space, and keep their modes; directories have the mode they had last', async () => {
  const one = await directoryOf({ 'bin/run': '#!/bin/sh\n', 'closed/x': '1' })
  const two = await directoryOf({ 'closed/y': '2' })
  await chmod(path.join(one, 'bin/run'), 0o755)
  await chmod(path.join(two, 'closed'), 0o711)
  const target = path.join(root, 'modes')
  await mergeDirectories([one, two], target)
  const [original, there] = await Promise.all([
    stat(path.join(one, 'bin/run')),
    stat(path.join(target, 'bin/run')),
  ])
  assert.equal(there.ino, original.ino)
  assert.equal(there.mode & 0o777, 0o755)
  assert.equal((await stat(path.join(target, 'closed'))).mode & 0o777, 0o711)
  assert.equal((await stat(target)).mode & 0o777, 0o755)
})

test('nothing is left of a merge that fails', async () => {
  const one = await directoryOf({ a: '1' })
  const target = path.join(root, 'failed')
  await assert.rejects(mergeDirectories([one, path.join(root, 'not-there')], target))
  await assert.rejects(stat(target), { code: 'ENOENT' })
})

test('whatever the layers hold, each name is as its last layer has it', async () => {
  const name = fc.constantFrom('a', 'b', 'a/a', 'a/b', 'b/a', 'a/a/b')
  const layer = fc.dictionary(name, fc.constantFrom('1', '2', '-> a', undefined), { maxKeys: 4 })
  const sound = layer.filter((files) =>
    Object.entries(files).every(
      ([each, text]) =>
        text === undefined || !Object.keys(files).some((other) => other.startsWith(`${each}/`)),
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(sound, { minLength: 1, maxLength: 3 }), async (layers) => {
      const { files } = await merged(...layers)
      assert.deepEqual(files, overlaid(layers))
    }),
    { numRuns: 60 },
  )
})

/** The same by names alone: each entry clears what stands in its way. */
function overlaid(layers: readonly Files[]): Files {
  const all: Record<string, string | undefined> = {}
  const remove = (name: string): void => {
    for (const other of Object.keys(all)) {
      if (other === name || other.startsWith(`${name}/`)) delete all[other]
    }
  }
  for (const layer of layers) {
    for (const [name, text] of Object.entries(layer)) {
      const parts = name.split('/')
      for (let depth = 1; depth < parts.length; depth += 1) {
        const parent = parts.slice(0, depth).join('/')
        if (all[parent] !== undefined || !(parent in all)) remove(parent)
        all[parent] = undefined
      }
      if (text !== undefined || all[name] !== undefined) remove(name)
      all[name] = text
    }
  }
  return all
}
