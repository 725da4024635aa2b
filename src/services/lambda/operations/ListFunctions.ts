import { Buffer } from 'node:buffer'
import type { ListFunctionsRequest, ListFunctionsResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { functionConfiguration } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { functionsPerPageMax } from '../limits.ts'
import { invalid } from '../rules.ts'
import { type LambdaTables, listFunctions } from '../tables.ts'

/** By name; at most 50 a page, whatever MaxItems says. The list leaves the states out, as on AWS. */
export function ListFunctions(
  service: LambdaService,
): Operation<ListFunctionsRequest, ListFunctionsResponse> {
  return async (input, context) => {
    // Functions replicated from another region exist for Lambda@Edge alone: there are none here.
    if (input.MasterRegion !== undefined && input.MasterRegion !== 'ALL') {
      if (input.MasterRegion !== context.region) return { Functions: [] }
    }
    const limit = Math.min(input.MaxItems ?? functionsPerPageMax, functionsPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const records = await listFunctions(db, context, readMarker(input.Marker), limit + 1)
    const page = records.slice(0, limit)
    const last = page.at(-1)
    // With FunctionVersion ALL each version is listed under its own ARN: so far there is one, $LATEST.
    const qualifier = input.FunctionVersion === 'ALL' ? '$LATEST' : undefined
    return {
      Functions: page.map((record) => withoutState(functionConfiguration(record, qualifier))),
      ...(records.length > limit && last ? { NextMarker: writeMarker(last.name) } : {}),
    }
  }
}

function withoutState(configuration: ReturnType<typeof functionConfiguration>) {
  const {
    State: _state,
    StateReason: _stateReason,
    StateReasonCode: _stateReasonCode,
    LastUpdateStatus: _lastUpdateStatus,
    LastUpdateStatusReason: _lastUpdateStatusReason,
    LastUpdateStatusReasonCode: _lastUpdateStatusReasonCode,
    ...listed
  } = configuration
  return listed
}

function writeMarker(name: string): string {
  return Buffer.from(`name:${name}`).toString('base64')
}

function readMarker(marker: string | undefined): string {
  if (!marker) return ''
  const text = Buffer.from(marker, 'base64').toString()
  if (text.startsWith('name:')) return text.slice('name:'.length)
  throw invalid('Invalid Marker: use the NextMarker of the page before, unchanged.')
}
