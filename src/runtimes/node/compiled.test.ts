import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { compileRuntime } from './compiled.ts'
import { packRuntime } from './pack.mjs'

/** Its version, and whether V8 would take what is compiled for it. */
const look = `
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')
const [folder] = process.argv.slice(1)
const cachedData = readFileSync(folder + '/' + process.version + '.code')
const filename = folder + '/runtime.cjs'
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData })
console.log(script.cachedDataRejected, cachedData.length > 50_000)
`

describe('the bootstrap of Node.js functions, compiled ahead', { timeout: 60_000 }, () => {
  let scratch = ''
  /** As the installer leaves one: the Node.js that runs this. */
  let language = ''
  let made = 0
  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'lambdad-compiled-'))
    language = await languageOf(process.execPath)
  })
  after(() => rm(scratch, { recursive: true }))

  async function languageOf(program: string): Promise<string> {
    const directory = path.join(scratch, `language-${(made += 1)}`)
    await mkdir(path.join(directory, 'bin'), { recursive: true })
    await symlink(program, path.join(directory, 'bin', 'node'))
    await writeFile(path.join(directory, 'version'), process.versions.node)
    return directory
  }

  /** A server of its own. */
  async function compile(of: string, cacheDirectory: string): Promise<string> {
    const folder = path.join(scratch, `folder-${(made += 1)}`)
    packRuntime(folder)
    await compileRuntime(folder, of, optionsOf(cacheDirectory))
    return folder
  }

  const optionsOf = (cacheDirectory: string) => ({
    cacheDirectory,
    clock: systemClock,
    log: silentLog,
  })

  const codeOf = (folder: string): string => path.join(folder, `${process.version}.code`)

  it('is made once on a machine, and V8 takes it', async () => {
    const cache = path.join(scratch, 'cache')
    const first = await compile(language, cache)
    const flags = [
      '--max-http-header-size=81920',
      '--max-semi-space-size=6',
      '--max-old-space-size=116',
    ]
    const said = execFileSync(process.execPath, [...flags, '-e', look, first], { encoding: 'utf8' })
    assert.equal(said, 'false true\n')
    assert.equal((await readdir(path.join(cache, 'runtimes'))).length, 1)
    // Nothing beside it that a sandbox would see, nor beside the folder.
    const names = [
      'bootstrap.cjs',
      'index.mjs',
      'node_modules',
      'runtime.cjs',
      `${process.version}.code`,
    ]
    assert.deepEqual((await readdir(first)).toSorted(), names.toSorted())
    assert.ok(!(await readdir(scratch)).some((name) => name.includes('-compile-')))
    const [kept] = await readdir(path.join(cache, 'runtimes'))
    const { mtimeMs } = await stat(path.join(cache, 'runtimes', kept as string))
    const second = await compile(language, cache)
    assert.deepEqual(await readFile(codeOf(second)), await readFile(codeOf(first)))
    // It was not made again, and another build has its own.
    assert.equal((await stat(path.join(cache, 'runtimes', kept as string))).mtimeMs, mtimeMs)
    const copy = path.join(scratch, 'another-build')
    await copyFile(process.execPath, copy)
    await compile(await languageOf(copy), cache)
    assert.equal((await readdir(path.join(cache, 'runtimes'))).length, 2)
  })

  it('is made anew when what was kept is not whole', async () => {
    const cache = path.join(scratch, 'broken')
    await compile(language, cache)
    const [name] = await readdir(path.join(cache, 'runtimes'))
    const kept = path.join(cache, 'runtimes', name as string)
    const whole = await readFile(kept)
    const changed = Buffer.from(whole)
    changed[999]! ^= 1
    for (const broken of [whole.subarray(0, -1), Buffer.alloc(0), Buffer.alloc(40), changed]) {
      await writeFile(kept, broken)
      const folder = await compile(language, cache)
      assert.ok((await readFile(codeOf(folder))).length > 50_000)
      assert.notDeepEqual(await readFile(kept), broken)
    }
  })

  it('is left out where it cannot be made, and belongs to one form of the bootstrap', async () => {
    const cache = path.join(scratch, 'other')
    const without = await compile(await languageOf('/bin/false'), cache)
    assert.ok(!existsSync(codeOf(without)))
    assert.ok(!existsSync(path.join(cache, 'runtimes')))
    const folder = await compile(language, cache)
    // A server of another version begins on the same folder. V8 would take the code for another of the same length.
    packRuntime(folder)
    assert.ok(!existsSync(codeOf(folder)))
    const file = path.join(folder, 'runtime.cjs')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace("'use strict'", '"use strict"'))
    await compileRuntime(folder, language, optionsOf(cache))
    assert.ok(existsSync(codeOf(folder)))
    assert.equal((await readdir(path.join(cache, 'runtimes'))).length, 2)
  })

  it('is not of a bootstrap that does not run, and not tried again then', async () => {
    const folder = path.join(scratch, 'not-running')
    packRuntime(folder)
    const file = path.join(folder, 'runtime.cjs')
    const text = await readFile(file, 'utf8')
    const cache = path.join(scratch, 'not-running-cache')
    for (const each of [text.replace('modules', 'Modules'), text]) {
      await writeFile(file, each)
      await compileRuntime(folder, language, optionsOf(cache))
      assert.ok(!existsSync(codeOf(folder)))
    }
    assert.ok(!existsSync(cache))
  })

  it('is used also where it cannot be kept', async () => {
    const cache = path.join(scratch, 'a-file')
    await writeFile(cache, '')
    const folder = await compile(language, cache)
    assert.ok(existsSync(codeOf(folder)))
  })

  it('is not made where no process can be, which ends nothing', async () => {
    const folder = path.join(scratch, 'no-process')
    packRuntime(folder)
    const gone = await languageOf(path.join(scratch, 'nowhere'))
    await symlink(scratch, path.join(scratch, 'directory'))
    for (const each of [gone, await languageOf(path.join(scratch, 'directory'))]) {
      await compileRuntime(folder, each, optionsOf(path.join(scratch, 'nothing')))
      assert.ok(!existsSync(codeOf(folder)))
    }
  })

  it('is made once for many who ask at once', async () => {
    const folder = path.join(scratch, 'many')
    packRuntime(folder)
    const options = optionsOf(path.join(scratch, 'many-cache'))
    const asked = Array.from({ length: 8 }, () => compileRuntime(folder, language, options))
    await Promise.all(asked)
    assert.ok(existsSync(codeOf(folder)))
    assert.equal((await readdir(path.join(scratch, 'many-cache', 'runtimes'))).length, 1)
  })
})
