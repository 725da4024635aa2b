/**
 * Checks that the model cannot express, with AWS's words where they are known, and the refusal of settings that
 * lambdad does not carry out yet: what is accepted works.
 *
 * Texts are observed (quoted in public issue reports) unless a comment says that they are ours.
 */
import { Buffer } from 'node:buffer'
import type {
  CreateLogGroupRequest,
  InputLogEvent,
  RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs'
import { ServiceError } from '../../kernel/errors.ts'
import {
  batchBytesMax,
  batchSpanMsMax,
  eventAgeMsMax,
  eventBytesMax,
  eventFutureMsMax,
  eventOverheadBytes,
} from './limits.ts'
import type { LogGroup } from './state.ts'

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message)
}

export function noGroup(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.')
}

export function noStream(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.')
}

export function groupExists(): ServiceError {
  return new ServiceError(
    'ResourceAlreadyExistsException',
    'The specified log group already exists',
  )
}

export function streamExists(): ServiceError {
  return new ServiceError(
    'ResourceAlreadyExistsException',
    'The specified log stream already exists',
  )
}

/** @throws ServiceError for a reserved name, and for settings that would have no effect. */
export function checkNewGroup(input: CreateLogGroupRequest): void {
  if (/^aws\//i.test(input.logGroupName ?? '')) {
    throw invalid('Log groups starting with AWS/ are reserved for AWS.')
  }
  if (input.kmsKeyId !== undefined) throw unserved('kmsKeyId')
  if (input.logGroupClass === 'DELIVERY') throw unserved(`logGroupClass ${input.logGroupClass}`)
}

/** Our words. */
export function unserved(setting: string): ServiceError {
  return invalid(
    `${setting} is not supported by lambdad yet, and a setting it accepted without effect would mislead you. Leave it out.`,
  )
}

/**
 * The code is the model's, the words are ours.
 * @throws ServiceError when it, or a stream of it, must not be deleted.
 */
export function checkDeletable(group: LogGroup): void {
  if (!group.isProtected) return
  throw new ServiceError(
    'ValidationException',
    `The log group ${group.name} has deletion protection enabled: disable it with PutLogGroupDeletionProtection first.`,
  )
}

/**
 * User guide, "Log classes": neither metric filters nor Live Tail.
 * The code is the model's, the words are ours.
 */
export function checkStandard(group: LogGroup, what: string): void {
  if (group.logGroupClass === 'STANDARD') return
  throw new ServiceError(
    'InvalidOperationException',
    `${what} is not supported for log groups of the class ${group.logGroupClass}.`,
  )
}

/** API reference, PutRetentionPolicy. */
const retentions = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557],
  ...[2922, 3288, 3653],
]

/** Our words. */
export function checkRetention(days: number): void {
  if (retentions.includes(days)) return
  throw invalid(
    `${days} is not a valid retentionInDays. Valid values are ${retentions.join(', ')}.`,
  )
}

/** Tagging guide: keys with this prefix are AWS's own. Our words. */
export function checkTagKeys(keys: readonly string[]): void {
  const reserved = keys.find((key) => /^aws:/i.test(key))
  if (reserved !== undefined) {
    throw invalid(`The tag key ${reserved} is reserved: keys must not begin with aws:.`)
  }
}

/** A batch of PutLogEvents by itself, in the order of the caller. */
export interface Batch {
  readonly times: readonly number[]
  readonly messages: readonly string[]
}

export interface CheckedBatch extends Batch {
  /** Says which events were left out for their age; undefined when none was. */
  readonly rejected: RejectedLogEventsInfo | undefined
}

/** @throws ServiceError when the batch is refused whatever the time is. */
export function readBatch(events: readonly InputLogEvent[]): Batch {
  const times = events.map((event) => event.timestamp as number)
  const messages = events.map((event) => event.message as string)
  checkSizes(messages)
  if (times.some((time, index) => index > 0 && time < (times[index - 1] as number))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.')
  }
  return { times, messages }
}

/**
 * What of a PutLogEvents batch is stored.
 * @param expiredMs events before this time have expired in their group.
 * @throws ServiceError when the batch as a whole is refused.
 */
export function checkBatch({ times, messages }: Batch, nowMs: number, expiredMs = 0): CheckedBatch {
  const tooOld = countWhere(times, (time) => time < nowMs - eventAgeMsMax)
  const expired = countWhere(times, (time) => time < expiredMs)
  const from = Math.max(tooOld, expired)
  const to = times.length - countWhere(times, (time) => time > nowMs + eventFutureMsMax)
  // The 24 hours are of the events that are taken (API reference).
  if (to > from && (times[to - 1] as number) - (times[from] as number) > batchSpanMsMax) {
    throw invalid(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    )
  }
  const rejected = {
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
    ...(to < times.length ? { tooNewLogEventStartIndex: to } : {}),
  }
  return {
    times: times.slice(from, to),
    messages: messages.slice(from, to),
    rejected: Object.keys(rejected).length === 0 ? undefined : rejected,
  }
}

function checkSizes(messages: readonly string[]): void {
  let total = 0
  for (const message of messages) {
    const bytes = Buffer.byteLength(message) + eventOverheadBytes
    if (bytes > eventBytesMax) {
      throw invalid(`Log event too large: ${bytes} bytes exceeds limit of ${eventBytesMax}`)
    }
    total += bytes
  }
  if (total > batchBytesMax) {
    throw invalid(`Upload too large: ${total} bytes exceeds limit of ${batchBytesMax}`)
  }
}

function countWhere(times: readonly number[], is: (time: number) => boolean): number {
  return times.reduce((count, time) => (is(time) ? count + 1 : count), 0)
}
