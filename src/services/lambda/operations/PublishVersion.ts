import type { FunctionConfiguration, PublishVersionRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { functionConfiguration } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { checkRevision, checkUpdatable, invalid } from '../rules.ts'
import { refuseUnserved } from '../unserved.ts'
import { type Publication, finishPublication, publish } from '../versions/publish.ts'

/** 201. Without a change since the last publication it answers with that version. */
export function PublishVersion(
  service: LambdaService,
): Operation<PublishVersionRequest, FunctionConfiguration> {
  return async (input, context) => {
    const named = await accessibleFunction(
      service,
      input.FunctionName ?? '',
      context,
      'PublishVersion',
    )
    refuseUnserved('PublishVersion', input)
    const { scope, name } = named
    let publication: Publication | undefined
    const change = await service.functions.change(
      'LAMBDA:PUBLISH_VERSION',
      scope,
      name,
      async (record, db) => {
        checkRevision(record, input.RevisionId)
        checkUpdatable(record)
        checkCode(record.config.codeSha256, input.CodeSha256)
        publication = await publish(db, record, input.PublishTo, input.Description)
        return publication.record
      },
    )
    if (!change || !publication) throw notFound(named)
    await finishPublication(service, publication)
    const { version } = publication
    return functionConfiguration(version, version.version)
  }
}

function checkCode(present: string, expected: string | undefined): void {
  if (!expected || expected === present) return
  throw invalid(
    `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${present}). Please try again with the CodeSHA256 in $LATEST.`,
  )
}
