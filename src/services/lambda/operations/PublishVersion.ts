import type { FunctionConfiguration, PublishVersionRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { functionConfiguration } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { checkRevision, checkUpdatable, invalid } from '../rules.ts'
import type { VersionRecord } from '../state.ts'
import { refuseUnserved } from '../unserved.ts'
import { publish } from '../versions/publish.ts'

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
    let version: VersionRecord | undefined
    const change = await service.functions.change(
      'LAMBDA:PUBLISH_VERSION',
      scope,
      name,
      async (record, db) => {
        checkRevision(record, input.RevisionId)
        checkUpdatable(record)
        checkCode(record.config.codeSha256, input.CodeSha256)
        const publication = await publish(db, record, input.Description)
        version = publication.version
        return publication.record
      },
    )
    if (!change || !version) throw notFound(named)
    return functionConfiguration(version, version.version)
  }
}

function checkCode(present: string, expected: string | undefined): void {
  if (!expected || expected === present) return
  throw invalid(
    `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${present}). Please try again with the CodeSHA256 in $LATEST.`,
  )
}
