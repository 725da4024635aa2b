/**
 * Has one sandbox made as the server makes them, in a process with namespaces of its own. See sandbox/probes/trial.ts.
 *
 * The launcher's own function makes the mount namespace: what hides one version of control groups from crun is there
 * once. A network namespace around it keeps the firewall of the trial off the host.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Finding } from '../../kernel/reports.ts'
import { tmpDisksFinding } from '../../sandbox/probes/tmp-disks.ts'

const run = promisify(execFile)

const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** Ours: a hundred times what it takes. */
const patienceMs = 60_000

/** Runs the words after the first as the launcher runs a server, but in a network of their own. */
const script =
  'root=$1; shift; . "$root/tools/setup.sh"; look_at_privileges; in_private_mounts unshare --net "$@"'

const base = { name: 'a sandbox', needed: true } as const

/** What the process that tries tells, as JSON. */
export interface Trial {
  /** A sandbox from its start to its end. */
  readonly tookMs: number
  /** Why functions' /tmp cannot be on a disk, in words. */
  readonly noTmpDisks?: string | undefined
}

/** @param findings those so far: a sandbox is tried where nothing that it needs is missing */
export async function trialFindings(
  findings: readonly Finding[],
  command: readonly string[],
): Promise<Finding[]> {
  const told = notTried(findings)
  if (told !== undefined) return [told]
  try {
    const { stdout } = await run('/bin/sh', ['-c', script, 'sh', repository, ...command], {
      timeout: patienceMs,
    })
    const { tookMs, noTmpDisks } = JSON.parse(stdout) as Trial
    const tried: Finding = {
      ...base,
      state: 'ok',
      found: `made, run and removed in ${Math.round(tookMs)} ms`,
      meaning: 'Functions can be isolated, each in a sandbox of its own.',
    }
    return [tried, await tmpDisksFinding(noTmpDisks)]
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    const failed: Finding = {
      ...base,
      state: 'missing',
      found: stderr.trim() === '' ? message : stderr.trim(),
      meaning: 'No function can be isolated.',
      mend: 'do what is said there, or lambdad start --isolation process',
    }
    return [failed]
  }
}

/** Undefined where a sandbox can be tried. */
function notTried(findings: readonly Finding[]): Finding | undefined {
  const lacking = findings.filter(({ needed, state }) => needed && state === 'missing')
  if (lacking.length > 0)
    return {
      ...base,
      // It says no more than those.
      needed: false,
      state: 'missing',
      found: `not tried without ${lacking.map(({ name }) => name).join(', ')}`,
      meaning: 'No function can be isolated, unless what is missing is mended.',
      mend: 'lambdad doctor',
    }
  if (process.getuid?.() !== 0)
    return {
      ...base,
      state: 'ok',
      found: 'not tried, because that takes root',
      meaning: 'As far as can be told without root, functions can be isolated.',
      mend: 'sudo lambdad doctor',
    }
  return undefined
}
