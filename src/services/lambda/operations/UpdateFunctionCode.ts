import type { FunctionConfiguration, UpdateFunctionCodeRequest } from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { StoredCode } from '../code-store.ts'
import { codeSigningOf } from '../code-signing/check-signatures.ts'
import { functionConfiguration } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { checkUnzippedTotal } from '../layers/references.ts'
import { notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { checkArchitecture, checkRevision, checkUpdatable, invalid } from '../rules.ts'
import { type FunctionRecord, type VersionConfig, updated } from '../state.ts'
import { type Publication, finishPublication, publish } from '../versions/publish.ts'
import { refuseUnserved } from '../unserved.ts'

/** The code that served before goes on serving until the new code is in place. */
export function UpdateFunctionCode(
  service: LambdaService,
): Operation<UpdateFunctionCodeRequest, FunctionConfiguration> {
  return async (input, context) => {
    const named = await accessibleFunction(
      service,
      input.FunctionName ?? '',
      context,
      'UpdateFunctionCode',
    )
    const found = await service.functions.find(named.scope, named.name)
    if (!found) throw notFound(named)
    refuse(input)
    const architecture =
      input.Architectures === undefined ? undefined : checkArchitecture(input.Architectures)
    const zip = input.ZipFile
    if (!zip) throw invalid('Please provide a source for function code.')
    const { record, version, deploy } = await service.code.receive(zip, async (received) => {
      const signing = await codeSigningOf(service, named.scope, named.name)
      const signedBy = await service.signatures.checkCode(signing, named.name, zip)
      const stored = { ...received, signedBy }
      const change = (before: FunctionRecord) =>
        withCode(before, input, stored, architecture, service.clock.nowMs())
      if (input.DryRun)
        return { record: dryRun(found.record, change), version: undefined, deploy: false }
      const { scope, name } = named
      let publication: Publication | undefined
      const done = await service.functions.change(
        'LAMBDA:UPDATE_CODE',
        scope,
        name,
        async (before, db) => {
          const after = change(before)
          if (!input.Publish && input.PublishTo === undefined) return after
          publication = await publish(db, after, input.PublishTo)
          return publication.record
        },
      )
      if (!done) throw notFound(named)
      // What serves is still needed; the code of an update that had failed is not.
      await service.code.deleteIfUnused(done.before.config.code)
      if (publication) await finishPublication(service, publication)
      return { record: done.after, version: publication?.version, deploy: true }
    })
    if (deploy) service.deployments.begin(record)
    return version ? functionConfiguration(version, version.version) : functionConfiguration(record)
  }
}

function refuse(input: UpdateFunctionCodeRequest): void {
  if (input.ImageUri !== undefined) {
    throw invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
  }
  refuseUnserved('UpdateFunctionCode', input)
}

/** What the function would be. Nothing is under way, and its revision is the one it has. */
function dryRun(
  before: FunctionRecord,
  change: (before: FunctionRecord) => FunctionRecord,
): FunctionRecord {
  return { ...before, config: change(before).config }
}

function withCode(
  record: FunctionRecord,
  input: UpdateFunctionCodeRequest,
  stored: StoredCode & Pick<VersionConfig, 'signedBy'>,
  architecture: string | undefined,
  nowMs: number,
): FunctionRecord {
  checkRevision(record, input.RevisionId)
  checkUpdatable(record)
  const config = {
    ...record.config,
    ...stored,
    architecture: architecture ?? record.config.architecture,
  }
  checkUnzippedTotal(config)
  return updated(record, config, newUuid(), nowMs)
}
