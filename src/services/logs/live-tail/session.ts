/**
 * One Live Tail session: what has been stored in the last second, every second, until the client leaves.
 *
 * Facts: API reference (StartLiveTail). An update has at most 500 events; of more, it has a sample. A client that is too
 * slow finds the oldest updates dropped. After three hours the session times out.
 * What it is not: it knows no frames; the gateway takes its events. Invariants: what waits is bounded, in updates, events
 * and bytes; and so is what is matched in a second, so that those who log need not wait for those who watch.
 * Called by: operations/StartLiveTail.ts.
 */
import type {
  LiveTailSessionLogEvent,
  LiveTailSessionStart,
  StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Scope } from '../../../kernel/brand.ts'
import type { Clock, Timer } from '../../../kernel/clock.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import {
  eventOverheadBytes,
  patternCostFree,
  tailIntervalMs,
  tailScanCharsMax,
  tailTimeoutMs,
  tailUpdatesWaitingMax,
} from '../limits.ts'
import { groupArn } from '../names.ts'
import type { FilterPattern } from '../patterns/filter-pattern.ts'
import type { LiveTails, StoredEvents, Tail } from './live-tails.ts'
import { Sample } from './sample.ts'

type Step = IteratorResult<StartLiveTailResponseStream, undefined>

const done: Step = { done: true, value: undefined }

export interface SessionOptions {
  readonly clock: Clock
  readonly tails: LiveTails
  readonly scope: Scope
  /** Names. */
  readonly groups: readonly string[]
  readonly pattern: FilterPattern
  /** What the session tells first; its streams are those that it watches. */
  readonly start: LiveTailSessionStart
}

/** Watches from the beginning on; what it finds waits for whoever iterates over it. */
export class LiveTailSession implements Tail, AsyncIterable<StartLiveTailResponseStream> {
  readonly scope: Scope
  readonly groups: readonly string[]
  readonly #options: SessionOptions
  readonly #streams: ReadonlySet<string> | undefined
  readonly #prefixes: readonly string[] | undefined
  readonly #scanCharsMax: number
  readonly #sample = new Sample<LiveTailSessionLogEvent>()
  readonly #sinceMs: number
  #timer: Timer
  #scannedChars = 0
  #hasSkipped = false
  #waiting: StartLiveTailResponseStream[]
  #isOver = false
  #failure: ServiceError | undefined
  /** Wakes who waits for the next event. */
  #wake: (() => void) | undefined

  constructor(options: SessionOptions) {
    const { clock, tails, scope, groups, pattern, start } = options
    this.#options = options
    this.scope = scope
    this.groups = groups
    this.#streams = start.logStreamNames && new Set(start.logStreamNames)
    this.#prefixes = start.logStreamNamePrefixes
    this.#scanCharsMax = tailScanCharsMax / Math.max(1, pattern.cost / patternCostFree)
    this.#sinceMs = clock.monotonicMs()
    this.#waiting = [{ sessionStart: start }]
    this.#timer = this.#arm()
    tails.add(this)
  }

  receive(events: StoredEvents): void {
    const { group, stream, times, messages, ingestionMs } = events
    if (!this.#watches(stream)) return
    const logGroupIdentifier = groupArn(this.scope, group)
    for (const [index, message] of messages.entries()) {
      if (this.#scannedChars >= this.#scanCharsMax) {
        this.#hasSkipped = true
        return
      }
      this.#scannedChars += message.length + eventOverheadBytes
      if (!this.#options.pattern.matches(message)) continue
      const event: LiveTailSessionLogEvent = {
        logStreamName: stream,
        logGroupIdentifier,
        message,
        timestamp: times[index],
        ingestionTime: ingestionMs,
      }
      // UTF-16 units stand for bytes here: counting these would cost more than it is good for.
      this.#sample.add(event, message.length + eventOverheadBytes)
    }
  }

  end(): void {
    this.#isOver = true
    this.#timer.cancel()
    this.#options.tails.remove(this)
    this.#awaken()
  }

  [Symbol.asyncIterator](): AsyncIterator<StartLiveTailResponseStream, undefined> {
    return { next: () => this.#next(), return: () => this.#leave() }
  }

  #watches(stream: string): boolean {
    if (this.#streams && !this.#streams.has(stream)) return false
    return !this.#prefixes || this.#prefixes.some((prefix) => stream.startsWith(prefix))
  }

  #arm(): Timer {
    return this.#options.clock.after(tailIntervalMs, () => {
      this.#update()
      if (this.#options.clock.monotonicMs() - this.#sinceMs < tailTimeoutMs) {
        this.#timer = this.#arm()
        return
      }
      // The message is ours.
      const message = 'The Live Tail session has timed out after three hours.'
      this.#failure = new ServiceError('SessionTimeoutException', message)
      this.end()
    })
  }

  #update(): void {
    const { events, isSampled } = this.#sample.take()
    const sampled = isSampled || this.#hasSkipped
    this.#scannedChars = 0
    this.#hasSkipped = false
    this.#waiting.push({
      sessionUpdate: { sessionMetadata: { sampled }, sessionResults: events },
    })
    const updates = this.#waiting.filter(({ sessionUpdate }) => sessionUpdate)
    if (updates.length > tailUpdatesWaitingMax) {
      this.#waiting = this.#waiting.filter((each) => each !== updates[0])
    }
    this.#awaken()
  }

  async #next(): Promise<Step> {
    for (;;) {
      const event = this.#waiting.shift()
      if (event) return { done: false, value: event }
      if (this.#failure) throw this.#failure
      if (this.#isOver) return done
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** The client is gone. */
  async #leave(): Promise<Step> {
    this.#failure = undefined
    this.#waiting = []
    this.end()
    return done
  }

  #awaken(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
