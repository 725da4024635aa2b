/**
 * Requests for what is not there, and with a revision that is not the latest: refused by every operation that is
 * served and names a resource, in the words that AWS has for it, and without effect.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { OperationModel, ServiceModel } from '../../src/model/types.ts'
import { encode } from './encode.ts'
import { laterEnums } from './expected.ts'
import { inputFor, isValid, makeFixtures } from './fixtures.ts'
import { knownDifferences } from './known-differences.ts'
import { type Case, runCases } from './run.ts'
import { startFidelityServer } from './server.ts'
import { sitesOf } from './sites.ts'
import { staleRevision, unknownResources } from './unknown-resources.ts'

const server = await startFidelityServer()
after(() => server[Symbol.asyncDispose]())
const fixtures = await makeFixtures(server)
const everyCase: Case[] = []

const otherRevision = '00000000-0000-4000-8000-000000000000'

/** A statement that is there already would be refused for that. */
const revisited: Readonly<Record<string, object>> = {
  AddPermission: { StatementId: 'another' },
  AddLayerVersionPermission: { StatementId: 'another' },
}

describe('unknown resources', () => {
  forEach(unknownCases)
})

describe('revisions that are not the latest', () => {
  forEach(revisionCases)
})

describe('enums that are checked late, in words of their own', () => {
  forEach(lateEnumCases)
})

test('every known difference is a case', () => {
  const ids = new Set(everyCase.map(({ id }) => id))
  assert.deepEqual(
    [...knownDifferences].filter((id) => !ids.has(id)),
    [],
  )
})

function forEach(
  casesOf: (service: ServiceModel, operation: OperationModel) => readonly Case[],
): void {
  for (const { model, operations } of server.services) {
    for (const operation of operations) {
      const cases = casesOf(model, operation)
      if (cases.length === 0) continue
      everyCase.push(...cases)
      test(`${model.id} ${operation.name}: ${cases.length} cases`, () => runCases(server, cases))
    }
  }
}

function unknownCases(service: ServiceModel, operation: OperationModel): readonly Case[] {
  const base = inputFor(service.id, operation, fixtures)
  const names = operation.input?.members.map(({ name }) => name) ?? []
  return names.flatMap((name) => {
    const missing = unknownResources[service.id]?.[name]
    const expected = missing?.but?.[operation.name] ?? missing?.outcome
    if (missing === undefined || expected === undefined || expected === 'apart') return []
    const input = { ...base, ...missing.beside, [name]: missing.value }
    // The model of this operation knows no such name at all: what it says of it is asked elsewhere.
    if (!isValid(operation, input)) return []
    const id = `${service.id} ${operation.name} ${name}: unknown`
    return [{ id, service, request: encode(service, operation, input), expected }]
  })
}

function revisionCases(service: ServiceModel, operation: OperationModel): readonly Case[] {
  if (!operation.input?.members.some(({ name }) => name === 'RevisionId')) return []
  const base = inputFor(service.id, operation, fixtures)
  const input = { ...base, ...revisited[operation.name], RevisionId: otherRevision }
  const code = 'PreconditionFailedException'
  return [
    {
      id: `${service.id} ${operation.name} RevisionId: not the latest`,
      service,
      request: encode(service, operation, input),
      expected: { status: 412, code, message: staleRevision(operation.name) },
    },
  ]
}

/** Lambda's runtimes: recorded without quotes and without a count, in an order that changes with the runtimes. */
function lateEnumCases(service: ServiceModel, operation: OperationModel): readonly Case[] {
  const base = inputFor(service.id, operation, fixtures)
  return sitesOf(operation, base)
    .filter(({ name }) => laterEnums.has(name))
    .map((site) => ({
      id: `${service.id} ${operation.name} ${site.path}: not in the enum`,
      service,
      request: encode(service, operation, site.set('NoSuchValue')),
      expected: {
        status: 400,
        code: 'InvalidParameterValueException',
        message:
          /^Value NoSuchValue at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs20\.x, python3\.14, provided\.al2023, [a-z0-9., ]+\] or be a valid ARN$/,
      },
    }))
}
