/** What an alias may point to. AWS's words where they were observed. */
import type { AliasRoutingConfiguration } from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../kernel/errors.ts'
import { arnOf, notFound } from '../names.ts'
import { invalid } from '../rules.ts'
import type { FunctionRecord, VersionConfig } from '../state.ts'
import type { LambdaDb } from '../tables.ts'
import { findVersion } from '../versions/tables.ts'
import type { AliasRecord } from './alias.ts'

/** @throws ServiceError when it leads nowhere, or to two versions that may not share an alias */
export async function checkRouting(
  db: LambdaDb,
  record: FunctionRecord,
  alias: Pick<AliasRecord, 'functionVersion' | 'weights'>,
): Promise<void> {
  const others = Object.keys(alias.weights)
  if (others.length > 1) {
    throw invalid('Number of items in AdditionalVersionWeights cannot be greater than 1')
  }
  const [other] = others
  if (other === alias.functionVersion) {
    throw invalid(
      `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
    )
  }
  if (other !== undefined && alias.functionVersion === '$LATEST') {
    throw invalid('$LATEST is not supported for an alias pointing to more than 1 version')
  }
  const main = await configOf(db, record, alias.functionVersion)
  if (other === undefined) return
  const beside = await configOf(db, record, other)
  // Developer guide, "Implement Lambda canary deployments using a weighted alias".
  if (main.role !== beside.role) {
    throw invalid('Both versions of an alias must have the same execution role.')
  }
  if (main.deadLetterArn !== beside.deadLetterArn) {
    throw invalid(
      'Both versions of an alias must have the same dead-letter queue configuration, or none.',
    )
  }
}

async function configOf(
  db: LambdaDb,
  record: FunctionRecord,
  version: string,
): Promise<VersionConfig> {
  if (version === '$LATEST') return record.config
  const found = await findVersion(db, record, record.name, version)
  if (found) return found.config
  throw notFound({ scope: record, name: record.name, qualifier: version })
}

/** No weights at all: the alias points to one version. */
export function weightsOf(
  routing: AliasRoutingConfiguration | undefined,
): Readonly<Record<string, number>> {
  return { ...routing?.AdditionalVersionWeights }
}

export function aliasNotFound(record: FunctionRecord, name: string): ServiceError {
  const arn = arnOf({ scope: record, name: record.name, qualifier: name })
  return new ServiceError('ResourceNotFoundException', `Cannot find alias arn: ${arn}`, {
    status: 404,
  })
}
