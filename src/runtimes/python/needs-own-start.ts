/**
 * Which functions cannot take a Python that was started before they were known: variables that Python, its loader or
 * its C library read at the start of the process, and never again.
 * Called by: the data plane's pool, as `RuntimeImage.needsOwnStart`. Facts: python(1), "Environment variables"; ld.so(8); locale(7).
 */

/** Read when they are needed, applied afterwards by our bootstrap (environment.py), or without effect on it. */
const harmless = new Set([
  'PYTHONASYNCIODEBUG',
  'PYTHONBREAKPOINT',
  'PYTHONCASEOK',
  'PYTHONDONTWRITEBYTECODE',
  'PYTHONHISTORY',
  'PYTHONPATH',
  'PYTHONPYCACHEPREFIX',
  'PYTHONSTARTUP',
  'PYTHONUNBUFFERED',
  'PYTHON_BASIC_REPL',
  'PYTHON_COLORS',
  'PYTHON_HISTORY',
])

/** The loader, the C library and its locales. TZ is not among them: time.tzset() reads it again. */
const startOfProcess =
  /^(?:PYTHON.*|LD_.*|GLIBC_TUNABLES|MALLOC_.*|LANG|LANGUAGE|LC_.*|LOCPATH|AWS_LAMBDA_EXEC_WRAPPER)$/

/** What a waiting process was started with. */
const defaults: Readonly<Record<string, string>> = { LANG: 'en_US.UTF-8' }

/** @param environment the customer's variables */
export function needsOwnStart(environment: Readonly<Record<string, string>>): boolean {
  return Object.entries(environment).some(
    ([name, value]) => startOfProcess.test(name) && !harmless.has(name) && defaults[name] !== value,
  )
}
