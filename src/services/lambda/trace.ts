import { newTraceId } from '../../kernel/ids.ts'

/** The caller's trace goes on; without one a new, unsampled one begins (TracingConfig PassThrough). */
export function traceIdOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): string {
  const given = headers['x-amzn-trace-id']
  if (typeof given === 'string' && traceForm.test(given)) return given
  return newTraceId(nowMs)
}

/** Nothing that could break out of the header it is passed on in. */
const traceForm = /^[\x20-\x7e]{1,1024}$/
