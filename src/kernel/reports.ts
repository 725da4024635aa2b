/**
 * What a server and its host tell a person who asks. Made by the rooms that know, put together by app/, shown by the
 * command line: the JSON of `lambdad doctor`, `runtimes`, `status` and `coverage`.
 */

/** One thing that was looked at on the host. */
export interface Finding {
  /** What was looked at: `crun`, `control groups`. */
  readonly name: string
  /** `degraded`: functions run, but not as they could; `missing`: what stands in `meaning` is not to be had. */
  readonly state: 'ok' | 'degraded' | 'missing'
  /** Whether functions cannot run in sandboxes, as they do by default, while it is missing. */
  readonly needed: boolean
  /** What there is: `crun 1.14.1, /usr/bin/crun`. */
  readonly found: string
  /** What that means for functions, in one sentence. */
  readonly meaning: string
  /** The command that mends it; undefined where nothing is to be mended. */
  readonly mend?: string | undefined
}

/** How a runtime of Lambda's is served on a host. */
export interface RuntimeFinding {
  /** `nodejs24.x` */
  readonly runtime: string
  /**
   * `fallback`: by another version of the language; `missing`: lambdad serves it on hosts that have its program, as this
   * one does not; `unserved`: not by this version of lambdad.
   */
  readonly state: 'served' | 'fallback' | 'missing' | 'unserved'
  /** Full version of the language: `3.12.1`; undefined where the function brings its own. */
  readonly version?: string
  /** Absolute path; undefined while it is not on this machine. */
  readonly program?: string
  /** Why it is not served and what to do, or what is particular about it; a sentence. */
  readonly note?: string
}

/** A server that runs. */
export interface ServerStatus {
  readonly version: string
  /** Unix epoch ms. */
  readonly startedAtMs: number
  readonly uptimeMs: number
  /** `crun`, `runc` or `process`. */
  readonly isolation: string
  readonly network: 'none' | 'host-only' | 'egress'
  readonly auth: 'on' | 'off'
  readonly runtimeFallback: boolean
  /** Execution environments: sandboxes that serve a function. */
  readonly environments: number
  /** Sandboxes that wait for a function. */
  readonly waiting: number
  /** Invocations without an answer yet. */
  readonly invocations: number
}

/** What of one AWS service is served. */
export interface ServiceCoverage {
  /** As clients name it: `lambda`, `logs`. */
  readonly id: string
  /** As AWS does: `Lambda`, `CloudWatch Logs`. */
  readonly name: string
  readonly served: number
  readonly total: number
  /** Rounded down. */
  readonly percent: number
  readonly operations: readonly { readonly name: string; readonly served: boolean }[]
}
