/** An alias: a name for a version, or for two of which each gets its share of the invocations. Pure. */
import type { AliasConfiguration } from '@aws-sdk/client-lambda'
import type { FunctionArn, Scope } from '../../../kernel/brand.ts'

export interface AliasRecord extends Scope {
  /** Of the function. */
  readonly functionName: string
  /** Of the function, without the alias. */
  readonly functionArn: FunctionArn
  readonly name: string
  readonly description: string
  /** `$LATEST` or a number. */
  readonly functionVersion: string
  /** One other version at most, with its share: 0 to 1. */
  readonly weights: Readonly<Record<string, number>>
  readonly revisionId: string
}

/** The version that the next invocation runs. @param drawn from 0 to 1, 1 excluded */
export function routed(alias: AliasRecord, drawn: number): string {
  for (const [version, weight] of Object.entries(alias.weights)) if (drawn < weight) return version
  return alias.functionVersion
}

/** Whether it leads to this version, by whichever way. */
export function pointsTo(alias: AliasRecord, version: string): boolean {
  return alias.functionVersion === version || version in alias.weights
}

/** AliasConfiguration of the Lambda model. */
export function aliasConfiguration(alias: AliasRecord): AliasConfiguration {
  return {
    AliasArn: `${alias.functionArn}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    ...(Object.keys(alias.weights).length > 0
      ? { RoutingConfig: { AdditionalVersionWeights: { ...alias.weights } } }
      : {}),
    RevisionId: alias.revisionId,
  }
}
