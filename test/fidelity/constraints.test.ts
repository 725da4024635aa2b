/**
 * Every constraint of the model on every input of every operation that is served, broken one at a time and all at
 * once, over the wire: refused with AWS's status, code and words, and without effect. Operations that come to be
 * served are tested from then on.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { OperationModel, ServiceModel } from '../../src/model/types.ts'
import { encode, type Input } from './encode.ts'
import { expectedPhrases, headline } from './expected.ts'
import { type Case, runCases } from './run.ts'
import { startFidelityServer } from './server.ts'
import { leastInput, sitesOf } from './sites.ts'
import { violationsAt } from './violations.ts'

const server = await startFidelityServer()
after(() => server[Symbol.asyncDispose]())

for (const { model, operations } of server.services) {
  for (const operation of operations) {
    const cases = casesOf(model, operation)
    if (cases.length === 0) continue
    test(`${model.id} ${operation.name}: ${cases.length} cases`, () => runCases(server, cases))
  }
}

function casesOf(service: ServiceModel, operation: OperationModel): readonly Case[] {
  const forms = service.protocols[0] === 'awsQuery'
  const least = leastInput(operation)
  assert.deepEqual(expectedPhrases(operation, least), [], `${operation.name}: the least input`)
  const everything: Record<string, unknown> = { ...least }
  const single = sitesOf(operation, least).flatMap((site) =>
    violationsAt(site, forms).flatMap(({ what, value }) => {
      const input = site.set(value)
      const phrases = expectedPhrases(operation, input)
      // What a service checks later, in words of its own, breaks nothing here.
      if (phrases.length === 0) return []
      const isTop = site.path === site.member.name
      if (isTop) everything[site.path] = value
      return [caseOf(service, operation, `${site.path}: ${what}`, input)]
    }),
  )
  if (single.length < 2) return single
  return [...single, caseOf(service, operation, 'all at once', everything)]
}

function caseOf(
  service: ServiceModel,
  operation: OperationModel,
  what: string,
  input: Input,
): Case {
  return {
    id: `${service.id} ${operation.name} ${what}`,
    service,
    request: encode(service, operation, input),
    expected: { ...headline(service), message: { phrases: expectedPhrases(operation, input) } },
  }
}
