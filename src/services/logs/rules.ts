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
  if (Object.keys(input.tags ?? {}).length > 0) throw unserved('tags')
  if (input.deletionProtectionEnabled === true) throw unserved('deletionProtectionEnabled')
  if (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD') {
    throw unserved(`logGroupClass ${input.logGroupClass}`)
  }
}

/** Our words. */
function unserved(setting: string): ServiceError {
  return invalid(
    `${setting} is not supported by lambdad yet, and a setting it accepted without effect would mislead you. Leave it out.`,
  )
}

export interface CheckedBatch {
  readonly times: readonly number[]
  readonly messages: readonly string[]
  /** Says which events were left out for their age; undefined when none was. */
  readonly rejected: RejectedLogEventsInfo | undefined
}

/**
 * What of a PutLogEvents batch is stored.
 * @throws ServiceError when the batch as a whole is refused.
 */
export function checkBatch(events: readonly InputLogEvent[], nowMs: number): CheckedBatch {
  const times = events.map((event) => event.timestamp as number)
  const messages = events.map((event) => event.message as string)
  checkSizes(messages)
  if (times.some((time, index) => index > 0 && time < (times[index - 1] as number))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.')
  }
  const from = countWhere(times, (time) => time < nowMs - eventAgeMsMax)
  const to = times.length - countWhere(times, (time) => time > nowMs + eventFutureMsMax)
  // The 24 hours are of the events that are taken (API reference).
  if (to > from && (times[to - 1] as number) - (times[from] as number) > batchSpanMsMax) {
    throw invalid(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    )
  }
  return {
    times: times.slice(from, to),
    messages: messages.slice(from, to),
    rejected: rejectionOf(from, to, times.length),
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

function rejectionOf(from: number, to: number, count: number): RejectedLogEventsInfo | undefined {
  if (from === 0 && to === count) return undefined
  return {
    ...(from > 0 ? { tooOldLogEventEndIndex: from } : {}),
    ...(to < count ? { tooNewLogEventStartIndex: to } : {}),
  }
}
