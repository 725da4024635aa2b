/** The languages of functions on this host, in a finding each; `lambdad runtimes` tells of every runtime. */
import type { Finding, RuntimeFinding } from '../../kernel/reports.ts'
import { locateProgram } from '../../sandbox/programs.ts'

export async function nodeRuntimesFinding(
  runtimes: readonly RuntimeFinding[],
  npm = locateProgram('npm'),
): Promise<Finding> {
  const base = { name: 'Node.js for functions', needed: false }
  const all = known(runtimes, 'nodejs')
  const here = all.filter(({ program }) => program !== undefined)
  const found = here.length === 0 ? 'none yet' : here.map(({ version }) => version).join(', ')
  const missing = all.filter((each) => !here.includes(each)).map(({ runtime }) => runtime)
  if (missing.length === 0)
    return { ...base, state: 'ok', found, meaning: `It serves ${namesOf(all)}.` }
  if ((await npm) !== undefined)
    return {
      ...base,
      state: 'ok',
      found,
      meaning: `When a function first needs it, npm fetches that of ${missing.join(', ')}.`,
    }
  return {
    ...base,
    state: here.length === 0 ? 'missing' : 'degraded',
    found: `${found}, and no npm to fetch more`,
    meaning: `Functions with ${missing.join(', ')} cannot be created.`,
    mend: 'install npm, which comes with Node.js: https://nodejs.org',
  }
}

export function pythonRuntimesFinding(runtimes: readonly RuntimeFinding[]): Finding {
  const base = { name: 'Python for functions', needed: false }
  const all = known(runtimes, 'python')
  const exact = all.filter(({ state }) => state === 'served')
  const others = all.filter((each) => !exact.includes(each))
  const found = exact.map(({ version }) => version).join(', ')
  if (others.length === 0)
    return { ...base, state: 'ok', found, meaning: `It serves ${namesOf(all)}.` }
  const wanted = others.map(({ runtime }) => runtime.replace('python', ''))
  const mend = `uv python install ${wanted.join(' ')}, or pyenv install ${wanted.join(' ')}`
  const stand = others.filter(({ state }) => state === 'fallback')
  if (stand.length === 0)
    return {
      ...base,
      state: 'missing',
      found: found === '' ? 'none' : found,
      meaning: `Functions with ${namesOf(others)} cannot be created.`,
      mend,
    }
  const pairs = stand.map(({ runtime, version }) => `${runtime} by ${version}`)
  return {
    ...base,
    state: 'degraded',
    found,
    meaning: `Served by another version of the language, unless the server is started with --runtime-fallback off: ${pairs.join(', ')}.`,
    mend,
  }
}

/** Those of a language that lambdad serves where it finds them. */
function known(runtimes: readonly RuntimeFinding[], language: string): RuntimeFinding[] {
  return runtimes.filter(({ runtime, state }) => {
    return runtime.startsWith(language) && state !== 'unserved'
  })
}

function namesOf(runtimes: readonly RuntimeFinding[]): string {
  return runtimes.map(({ runtime }) => runtime).join(', ')
}
