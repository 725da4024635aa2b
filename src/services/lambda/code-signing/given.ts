/** The code signing configuration that a new function is to have. */
import type { Scope } from '../../../kernel/brand.ts'
import { putSetting } from '../settings/tables.ts'
import type { LambdaDb } from '../tables.ts'
import { type CodeSigningRecord, givenConfigNotFound } from './config.ts'
import { findCodeSigning } from './tables.ts'

/** @returns undefined when none is asked for. @throws ServiceError `CodeSigningConfigNotFoundException` */
export async function givenCodeSigning(
  db: LambdaDb,
  scope: Scope,
  arn: string | undefined,
): Promise<CodeSigningRecord | undefined> {
  if (!arn) return undefined
  const record = await findCodeSigning(db, scope, arn)
  if (record) return record
  throw givenConfigNotFound(arn)
}

/** In the transaction that makes the function. @throws ServiceError as `givenCodeSigning` */
export async function insertCodeSigning(
  db: LambdaDb,
  scope: Scope,
  functionName: string,
  arn: string | undefined,
): Promise<void> {
  if (!(await givenCodeSigning(db, scope, arn)) || arn === undefined) return
  const { account, region } = scope
  const owner = { account, region, functionName, qualifier: '' }
  await putSetting(db, 'codeSigning', owner, { configArn: arn })
}
