import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toTable, type BotocoreModel } from './model-table.ts'

const model: BotocoreModel = {
  metadata: {
    apiVersion: '2024-01-01',
    endpointPrefix: 'toy',
    serviceId: 'Toy',
    protocols: ['json', 'query'],
    targetPrefix: 'Toy_2024',
    jsonVersion: '1.1',
    xmlNamespace: { uri: 'http://toy/' },
    awsQueryCompatible: {},
  },
  operations: {
    Put: {
      http: { method: 'POST', requestUri: '/', responseCode: 200 },
      input: { shape: 'PutInput' },
      output: { shape: 'PutOutput', resultWrapper: 'PutResult' },
      errors: [{ shape: 'Gone' }],
    },
    Get: { http: { method: 'GET', requestUri: '/{Id}', responseCode: 202 } },
  },
  shapes: {
    PutInput: {
      type: 'structure',
      documentation: '<p>words</p>',
      required: ['Node'],
      members: { Node: { shape: 'Node', documentation: 'words', locationName: 'node' } },
    },
    PutOutput: { type: 'structure', members: {} },
    Node: { type: 'structure', members: { Next: { shape: 'Node' }, Id: { shape: 'Id' } } },
    Id: { type: 'string', min: 1, max: 3, pattern: 'a+', documentation: 'words' },
    Gone: {
      type: 'structure',
      exception: true,
      error: { code: 'IsGone', httpStatusCode: 410, senderFault: true },
      members: {},
    },
    Unused: { type: 'structure', exception: true, members: { Only: { shape: 'Here' } } },
    Here: { type: 'string' },
  },
}

test('a whole service: every exception is kept, documentation is not', () => {
  const table = toTable(model, { id: 'toy' }, 'source')
  assert.deepEqual(Object.keys(table.shapes), [
    ...['Gone', 'Here', 'Id', 'Node', 'PutInput', 'PutOutput', 'Unused'],
  ])
  assert.deepEqual(table.operations, {
    Get: { method: 'GET', uri: '/{Id}', status: 202 },
    Put: {
      method: 'POST',
      uri: '/',
      input: 'PutInput',
      output: 'PutOutput',
      resultWrapper: 'PutResult',
    },
  })
  assert.deepEqual(table.shapes['PutInput'], {
    type: 'structure',
    required: ['Node'],
    members: { Node: { shape: 'Node', locationName: 'node' } },
  })
  assert.deepEqual(table.shapes['Gone'], {
    type: 'structure',
    exception: true,
    error: { code: 'IsGone', httpStatusCode: 410, senderFault: true },
    members: {},
  })
  assert.doesNotMatch(JSON.stringify(table), /words/)
})

test('the traits of the service', () => {
  const { operations: _operations, shapes: _shapes, ...traits } = toTable(model, { id: 'toy' }, 's')
  assert.deepEqual(traits, {
    source: 's',
    id: 'toy',
    serviceId: 'Toy',
    apiVersion: '2024-01-01',
    signingName: 'toy',
    protocols: ['awsJson', 'awsQuery'],
    targetPrefix: 'Toy_2024',
    jsonVersion: '1.1',
    xmlNamespace: 'http://toy/',
    queryCompatible: true,
  })
})

test('a subset: what its operations reach, and nothing else', () => {
  const table = toTable(model, { id: 'toy', operations: ['Put'] }, 'source')
  assert.deepEqual(Object.keys(table.operations), ['Put'])
  assert.deepEqual(Object.keys(table.shapes), ['Gone', 'Id', 'Node', 'PutInput', 'PutOutput'])
})

test('an operation or protocol that is not known is refused', () => {
  assert.throws(() => toTable(model, { id: 'toy', operations: ['Nope'] }, ''), /Nope/)
  const metadata = { ...model.metadata, protocols: ['carrier-pigeon'] }
  assert.throws(() => toTable({ ...model, metadata }, { id: 'toy' }, ''), /carrier-pigeon/)
})
