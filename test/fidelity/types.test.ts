/**
 * Values of the wrong type at every place of every input of every operation that is served, and bodies that cannot be
 * read at all: refused as SerializationException (in query protocols MalformedInput), and without effect.
 */
import { after, test } from 'node:test'
import type { OperationModel, ServiceModel } from '../../src/model/types.ts'
import { encode, placeOf } from './encode.ts'
import { type Case, runCases, anyWords, type Words } from './run.ts'
import { startFidelityServer } from './server.ts'
import { leastInput, sitesOf } from './sites.ts'
import { jsonTypeErrors, textTypeErrors, unreadableBodies } from './type-errors.ts'

const server = await startFidelityServer()
after(() => server[Symbol.asyncDispose]())

for (const { model, operations } of server.services) {
  for (const operation of operations) {
    const cases = [...typeCases(model, operation), ...bodyCases(model, operation)]
    if (cases.length === 0) continue
    test(`${model.id} ${operation.name}: ${cases.length} cases`, () => runCases(server, cases))
  }
}

function typeCases(service: ServiceModel, operation: OperationModel): readonly Case[] {
  const forms = service.protocols[0] === 'awsQuery'
  const { payload } = operation.input ?? {}
  return sitesOf(operation, leastInput(operation)).flatMap((site) => {
    // A blob that is the whole body takes any bytes.
    if (site.path === payload && site.member.shape.type === 'blob') return []
    const isText = forms || site.place !== 'body'
    const errors = isText ? textTypeErrors(site) : jsonTypeErrors(site)
    return errors.map(({ what, value, message }) =>
      caseOf(service, `${operation.name} ${site.path}: ${what}`, message, () =>
        encode(service, operation, site.set(value)),
      ),
    )
  })
}

function bodyCases(service: ServiceModel, operation: OperationModel): readonly Case[] {
  const members = operation.input?.members ?? []
  const inBody = members.filter((member) => placeOf(operation, member) === 'body')
  const isRead =
    inBody.length > 0 &&
    inBody.every(({ shape, name }) => {
      return name !== operation.input?.payload || shape.type === 'structure'
    })
  if (!isRead || service.protocols[0] === 'awsQuery') return []
  const least = leastInput(operation)
  return Object.entries(unreadableBodies).map(([what, body]) =>
    caseOf(service, `${operation.name} body: ${what}`, anyWords, () =>
      encode(service, operation, least, body),
    ),
  )
}

function caseOf(
  service: ServiceModel,
  what: string,
  message: Words,
  request: () => Case['request'],
): Case {
  const code = service.protocols[0] === 'awsQuery' ? 'MalformedInput' : 'SerializationException'
  return {
    id: `${service.id} ${what}`,
    service,
    request: request(),
    expected: { status: 400, code, message },
  }
}
