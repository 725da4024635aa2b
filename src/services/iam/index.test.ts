import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, test } from 'node:test'
import { notYet } from '../../kernel/operation.ts'
import { createIamService } from './service.ts'
import { openIam } from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('every operation that has a file is served, under its name', async () => {
  const { model, operations } = createIamService(iam)
  assert.equal(model, 'iam')
  const served = Object.keys(operations).filter((name) => operations[name] !== notYet)
  const operationsDirectory = new URL('operations', import.meta.url)
  const entries = await readdir(operationsDirectory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  const written = files.filter((file) => !file.endsWith('.test.ts'))
  assert.deepEqual(served.map((name) => `${name}.ts`).toSorted(), written.toSorted())
})
