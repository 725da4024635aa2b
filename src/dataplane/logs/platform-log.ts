/**
 * The platform's own lines in a function's log: INIT_START, START, END, REPORT and their JSON forms.
 *
 * Lines that close an invocation are written one turn of the event loop later: the function's last output may
 * lie unread in its pipe while its answer is already here, and belongs before END. All environments share one
 * such turn, so that a busy server pays for one `setImmediate`, not for one per invocation.
 * Facts: shapes and levels in AWS Lambda's developer guide ("Working with Lambda function logs"),
 * Telemetry API event schema reference.
 */
import { runtimeVersionArn } from '../../kernel/arn.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { RunnableVersion, RuntimeImage } from '../../kernel/ports.ts'
import type { Invocation } from '../invocation.ts'
import { logBurstBytes, logBytesPerSecond } from '../limits.ts'
import { isoTime } from '../../kernel/time.ts'
import type { DroppedLogs } from './log-budget.ts'

/** Measures of one finished invocation. */
export interface Report {
  readonly durationMs: number
  readonly billedDurationMs: number
  readonly maxMemoryUsedMb: number
}

export interface InitReport {
  readonly durationMs: number
  readonly phase: 'init' | 'invoke'
  readonly status: 'error' | 'timeout'
  readonly errorType: string | undefined
}

/** Where an environment's lines go. */
export interface LineSink {
  line(timestampMs: number, text: string): void
}

/** Runs what was deferred after everything that could be read has been read. */
export class AfterReads {
  #queue: (() => void)[] = []

  defer(action: () => void): void {
    if (this.#queue.push(action) === 1) setImmediate(() => this.#run())
  }

  #run(): void {
    const queue = this.#queue
    this.#queue = []
    for (const action of queue) action()
  }
}

const systemLevels = ['DEBUG', 'INFO', 'WARN']

export class PlatformLog {
  readonly #version: RunnableVersion
  readonly #sink: LineSink
  readonly #clock: Clock
  readonly #json: boolean
  /** Index in `systemLevels`: lower ones are not written. JSON only. */
  readonly #levelMin: number

  constructor(version: RunnableVersion, sink: LineSink, clock: Clock) {
    this.#version = version
    this.#sink = sink
    this.#clock = clock
    this.#json = version.logFormat === 'JSON'
    this.#levelMin = systemLevels.indexOf(version.systemLogLevel ?? 'INFO')
  }

  initStart({ versionLabel, versionHash, fallbackOf }: RuntimeImage): void {
    const arn = versionHash && runtimeVersionArn(this.#version.region, versionHash)
    this.#initStart(versionLabel, arn)
    if (fallbackOf === undefined) return
    this.#notice(`There is no ${fallbackOf} on this machine: ${versionLabel} runs this function.`)
  }

  #initStart(runtimeVersion: string | undefined, arn: string | undefined): void {
    if (this.#json) {
      this.#event(runtimeVersion === undefined ? 'DEBUG' : 'INFO', 'platform.initStart', {
        initializationType: 'on-demand',
        phase: 'init',
        runtimeVersion,
        runtimeVersionArn: arn,
        functionName: this.#version.functionName,
        functionVersion: this.#version.version,
      })
    } else if (runtimeVersion !== undefined) {
      this.#text(`INIT_START Runtime Version: ${runtimeVersion}\tRuntime Version ARN: ${arn}`)
    }
  }

  /** Something of this machine that the function's owner must know: not in AWS's log. */
  #notice(message: string): void {
    if (this.#json) this.#event('WARN', 'platform.notice', { message })
    else this.#text(`LAMBDAD ${message}`)
  }

  /**
   * Lines of the function were left out, in the terms of AWS's Telemetry API. Not in AWS's log, which leaves lines out
   * as well and does not say so.
   */
  logsDropped({ droppedRecords, droppedBytes }: DroppedLogs): void {
    const reason = `The function logs more than is kept: ${mebibytes(logBurstBytes)} at once, then ${mebibytes(logBytesPerSecond)} a second.`
    if (this.#json) {
      this.#event('WARN', 'platform.logsDropped', { reason, droppedRecords, droppedBytes })
    } else {
      this.#text(
        `LAMBDAD platform.logsDropped droppedRecords: ${droppedRecords} droppedBytes: ${droppedBytes} reason: ${reason}`,
      )
    }
  }

  initReport(report: InitReport): void {
    if (this.#json) {
      this.#event('WARN', 'platform.initReport', {
        initializationType: 'on-demand',
        phase: report.phase,
        status: report.status,
        errorType: report.errorType,
        metrics: { durationMs: round(report.durationMs) },
      })
      return
    }
    const type = report.errorType === undefined ? '' : `\tError Type: ${report.errorType}`
    this.#text(
      `INIT_REPORT Init Duration: ${report.durationMs.toFixed(2)} ms\tPhase: ${report.phase}\tStatus: ${report.status}${type}`,
    )
  }

  start(invocation: Invocation, timestampMs: number): void {
    const { requestId, tenantId } = invocation.request
    if (this.#json) {
      const record = { requestId, version: this.#version.version, tenantId }
      this.#event('INFO', 'platform.start', record, timestampMs)
    } else {
      this.#sink.line(
        timestampMs,
        `START RequestId: ${requestId} Version: ${this.#version.version}`,
      )
    }
  }

  /** What the platform says when the runtime did not end by itself: before END, text format only. */
  fault(invocation: Invocation, message: string): void {
    if (this.#json) return
    const { requestId } = invocation.request
    if (invocation.status === 'timeout') {
      this.#text(`${isoTime(this.#clock.nowMs())} ${requestId} ${message}`)
    } else {
      this.#text(`RequestId: ${requestId} Error: ${message}\n${invocation.errorType ?? ''}`)
    }
  }

  end(invocation: Invocation, report: Report): void {
    if (this.#json) this.#jsonReport(invocation, report)
    else this.#textReport(invocation, report)
  }

  #textReport(invocation: Invocation, report: Report): void {
    const { requestId } = invocation.request
    const nowMs = this.#clock.nowMs()
    this.#sink.line(nowMs, 'END RequestId: ' + requestId)
    let text =
      `REPORT RequestId: ${requestId}\tDuration: ${report.durationMs.toFixed(2)} ms` +
      `\tBilled Duration: ${report.billedDurationMs} ms\tMemory Size: ${this.#version.memoryMb} MB` +
      `\tMax Memory Used: ${report.maxMemoryUsedMb} MB\t`
    if (invocation.initDurationMs !== undefined) {
      text += `Init Duration: ${invocation.initDurationMs.toFixed(2)} ms\t`
    }
    if (invocation.status === 'timeout') text += 'Status: timeout'
    else if (invocation.status === 'error') {
      text += `Status: error\tError Type: ${invocation.errorType}`
    }
    this.#sink.line(nowMs, text)
  }

  #jsonReport(invocation: Invocation, report: Report): void {
    const { requestId, tenantId } = invocation.request
    const { status, errorType, initDurationMs } = invocation
    const level = status === 'success' ? 'INFO' : 'WARN'
    this.#event(status === 'success' ? 'DEBUG' : 'WARN', 'platform.runtimeDone', {
      requestId,
      tenantId,
      status,
      errorType,
      metrics: { durationMs: round(report.durationMs) },
    })
    this.#event(level, 'platform.report', {
      requestId,
      tenantId,
      status,
      errorType,
      metrics: {
        durationMs: round(report.durationMs),
        billedDurationMs: report.billedDurationMs,
        memorySizeMB: this.#version.memoryMb,
        maxMemoryUsedMB: report.maxMemoryUsedMb,
        initDurationMs: initDurationMs === undefined ? undefined : round(initDurationMs),
      },
    })
  }

  #text(text: string): void {
    this.#sink.line(this.#clock.nowMs(), text)
  }

  #event(level: string, type: string, record: object, timestampMs = this.#clock.nowMs()): void {
    if (systemLevels.indexOf(level) < this.#levelMin) return
    this.#sink.line(timestampMs, JSON.stringify({ time: isoTime(timestampMs), type, record }))
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function mebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`
}
