/**
 * Functions that invoke themselves over and over, directly or through others: found by the trail that every invocation
 * leaves in the trace it passes on, which the AWS SDKs in functions send with their calls.
 *
 * What it is not: a bound on depth. Only a function that comes up again and again in one chain is stopped, and not when
 * its setting allows it. Called by: the operations that invoke; the database is asked only at the end of the patience.
 * Facts: developer guide, "Use Lambda recursive loop detection"; the form of `Lineage` as seen in functions' traces.
 */
import { crc32 } from 'node:zlib'
import { ServiceError } from '../../kernel/errors.ts'
import type { RunnableVersion } from '../../kernel/ports.ts'
import type { LambdaService } from './lambda-service.ts'
import { lineageEntriesMax, recursionRoundsMax } from './limits.ts'
import { findSetting } from './settings/tables.ts'
import type { LambdaTables } from './tables.ts'

interface Passage {
  /** The trace that the function gets: with its own mark. */
  readonly traceId: string
  /** How often the chain has come through the function before. */
  readonly rounds: number
}

/**
 * `Root=...;Parent=...;Sampled=0;Lineage=1:8be99dee:0`: of each function a hash, and how often it has come up again.
 * A chain through more functions than are kept forgets those that came up longest ago.
 */
export function passageOf(traceId: string, version: Pick<RunnableVersion, 'functionArn'>): Passage {
  const hash = hashOf(version)
  const at = traceId.indexOf('Lineage=')
  if (at < 0) return { traceId: `${traceId};Lineage=1:${hash}:0`, rounds: 0 }
  const parts = traceId.split(';')
  const lineage = parts.find((part) => part.startsWith('Lineage=')) ?? ''
  const entries = lineage.slice('Lineage='.length).split('|').filter(isEntry)
  const before = entries.find((entry) => entry.includes(hash))
  const rounds = before === undefined ? 0 : countOf(before) + 1
  const others = entries.filter((entry) => entry !== before)
  const kept = [...others.slice(1 - lineageEntriesMax), `1:${hash}:${rounds}`]
  const rest = parts.filter((part) => part !== lineage)
  return { traceId: [...rest, `Lineage=${kept.join('|')}`].join(';'), rounds }
}

/** By identity of the snapshot: the warm path hashes nothing. */
const hashes = new WeakMap<Pick<RunnableVersion, 'functionArn'>, string>()

function hashOf(version: Pick<RunnableVersion, 'functionArn'>): string {
  let hash = hashes.get(version)
  if (hash === undefined) {
    hash = crc32(version.functionArn).toString(16).padStart(8, '0')
    hashes.set(version, hash)
  }
  return hash
}

function isEntry(text: string): boolean {
  return /^(?:\d{1,5}:)?[0-9a-f]{8}:\d{1,5}$/.test(text)
}

function countOf(entry: string): number {
  return Math.min(32_766, Number(entry.slice(entry.lastIndexOf(':') + 1)))
}

/** @throws ServiceError `RecursiveInvocationException` when the chain has come by too often, and may not */
export async function refuseLoop(service: LambdaService, version: RunnableVersion): Promise<void> {
  const { account, region, functionName } = version
  const owner = { account, region, functionName, qualifier: '' }
  const db = service.store.reader<LambdaTables>()
  const setting = await findSetting(db, 'recursion', owner)
  if (setting?.loop === 'Allow') return
  // The model's own description of this error.
  throw new ServiceError(
    'RecursiveInvocationException',
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation.",
  )
}

export function isLoop({ rounds }: Passage): boolean {
  return rounds >= recursionRoundsMax
}
