/**
 * Requests for what is not there, and with a revision that is not the latest: refused by every operation that is
 * served and names a resource, in the words that AWS has for it, and without effect.
 */
import { after, describe, test } from 'node:test'
import type { OperationModel, ServiceModel } from '../../src/model/types.ts'
import { encode } from './encode.ts'
import { inputFor, makeFixtures } from './fixtures.ts'
import { type Case, runCases } from './run.ts'
import { startFidelityServer } from './server.ts'
import { leastInput } from './sites.ts'
import { staleRevision, unknownResources } from './unknown-resources.ts'

const server = await startFidelityServer()
after(() => server[Symbol.asyncDispose]())
const fixtures = await makeFixtures(server)

describe('unknown resources', () => {
  forEach(unknownCases)
})

describe('revisions that are not the latest', () => {
  forEach(revisionCases)
})

function forEach(
  casesOf: (service: ServiceModel, operation: OperationModel) => readonly Case[],
): void {
  for (const { model, operations } of server.services) {
    for (const operation of operations) {
      const cases = casesOf(model, operation)
      if (cases.length === 0) continue
      test(`${model.id} ${operation.name}: ${cases.length} cases`, () => runCases(server, cases))
    }
  }
}

function unknownCases(service: ServiceModel, operation: OperationModel): readonly Case[] {
  const base = inputFor(service.id, operation.name, leastInput(operation), fixtures)
  const names = operation.input?.members.map(({ name }) => name) ?? []
  return names.flatMap((name) => {
    const missing = unknownResources[service.id]?.[name]
    const expected = missing?.but?.[operation.name] ?? missing?.outcome
    if (missing === undefined || expected === undefined || expected === 'new') return []
    const input = { ...base, ...missing.beside, [name]: missing.value }
    const id = `${service.id} ${operation.name} ${name}: unknown`
    return [{ id, service, request: encode(service, operation, input), expected }]
  })
}

function revisionCases(service: ServiceModel, operation: OperationModel): readonly Case[] {
  if (!operation.input?.members.some(({ name }) => name === 'RevisionId')) return []
  const base = inputFor(service.id, operation.name, leastInput(operation), fixtures)
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

const otherRevision = '00000000-0000-4000-8000-000000000000'

/** A statement that is there already would be refused for that. */
const revisited: Readonly<Record<string, object>> = {
  AddPermission: { StatementId: 'another' },
  AddLayerVersionPermission: { StatementId: 'another' },
}
