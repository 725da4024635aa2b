import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { AssertionError } from '../kernel/assert.ts'
import { linkService, loadService, serviceIds, type ServiceTable, type Shape } from './index.ts'
import type { OperationsByService } from './operations.ts'

test('every table of the catalog loads, once', async () => {
  const files = await readdir(new URL('./tables/', import.meta.url))
  assert.deepEqual(files.toSorted(), serviceIds.map((id) => `${id}.json`).toSorted())
  for (const id of serviceIds) {
    const service = await loadService(id)
    assert.equal(service.id, id)
    assert.ok(service.operations.size > 0)
    assert.equal(await loadService(id), service)
  }
})

test('an unknown service is a broken fact, not a file that is looked for', async () => {
  await assert.rejects(loadService('../../package'), AssertionError)
})

test('references are resolved, in cycles too', () => {
  const service = linkService({
    ...bare,
    operations: { Op: { method: 'POST', uri: '/', input: 'Node' } },
    shapes: {
      Node: {
        type: 'structure',
        required: ['Next'],
        members: { Next: { shape: 'Node', locationName: 'next' }, Names: { shape: 'Names' } },
      },
      Names: { type: 'list', member: { shape: 'Name' }, max: 2 },
      Name: { type: 'string', pattern: 'a+' },
    },
  })
  const node = service.operations.get('Op')?.input
  const [next, names] = node?.members ?? []
  assert.equal(next?.shape, node)
  assert.equal(next?.required, true)
  assert.equal(next?.locationName, 'next')
  const list = names?.shape as Shape & { type: 'list' }
  assert.equal(list.max, 2)
  assert.equal(list.member.shape.pattern, 'a+')
})

test('errors are found by name and by query code; names win', () => {
  const service = linkService({
    ...bare,
    shapes: {
      Gone: { type: 'structure', exception: true, error: { code: 'Missing' }, members: {} },
      Missing: { type: 'structure', exception: true, members: {} },
      Late: { type: 'structure', exception: true, error: { code: 'TooLate' }, members: {} },
    },
  })
  assert.equal(service.errors.get('Missing')?.name, 'Missing')
  assert.equal(service.errors.get('Gone')?.name, 'Gone')
  assert.equal(service.errors.get('TooLate')?.name, 'Late')
})

test('a table that refers to nothing is refused', () => {
  const broken = { ...bare, operations: { Op: { method: 'POST', uri: '/', input: 'Nope' } } }
  assert.throws(() => linkService(broken), /refers to a shape it does not have: Nope/)
})

test('the generated names of operations are those of the tables', async () => {
  const source = await readFile(new URL('./operations.ts', import.meta.url), 'utf8')
  for (const id of serviceIds) {
    const service = await loadService(id)
    for (const name of service.operations.keys())
      assert.match(source, new RegExp(`  \\| '${name}'\\n`))
  }
  // Checked by the compiler: a name from each union, and no other.
  const names: { [Id in keyof OperationsByService]: OperationsByService[Id] } = {
    lambda: 'Invoke',
    logs: 'PutLogEvents',
    sts: 'AssumeRole',
    iam: 'CreateRole',
  }
  assert.deepEqual(Object.keys(names).toSorted(), [...serviceIds].toSorted())
})

test('tables say where they come from and carry no documentation', async () => {
  for (const id of serviceIds) {
    const text = await readFile(new URL(`./tables/${id}.json`, import.meta.url), 'utf8')
    assert.match((JSON.parse(text) as ServiceTable).source, /botocore \d+\.\d+\.\d+, .*Apache-2\.0/)
    assert.doesNotMatch(text, /"documentation"|<p>/)
  }
})

const bare: ServiceTable = {
  source: 'this test',
  id: 'bare',
  serviceId: 'Bare',
  apiVersion: '2024-01-01',
  signingName: 'bare',
  protocols: ['awsJson'],
  operations: {},
  shapes: {},
}
