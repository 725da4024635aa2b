import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, test } from 'node:test'
import { loaded, notYet } from '../../kernel/operation.ts'
import { lateStsService } from './index.ts'
import { openSts } from './test-support.ts'

const sts = await openSts()
after(() => sts[Symbol.asyncDispose]())

test('every operation that has a file is served, under its name', async () => {
  const { model, operations } = await loaded(lateStsService(sts))
  assert.equal(model, 'sts')
  const served = Object.keys(operations).filter((name) => operations[name] !== notYet)
  const files = await readdir(new URL('operations', import.meta.url))
  const written = files.filter((file) => !file.endsWith('.test.ts'))
  assert.deepEqual(served.map((name) => `${name}.ts`).toSorted(), written.toSorted())
})
