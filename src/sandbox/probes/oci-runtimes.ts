/** The programs that run sandboxes: crun by default, runc and runsc where told. Found as ../oci/backend.ts finds them. */
import type { Finding } from '../../kernel/reports.ts'
import type { HostCgroups } from '../cgroups/detect.ts'
import { run } from '../run.ts'
import { locateProgram } from '../programs.ts'
import { installCommand } from './package-manager.ts'

/** What a program says of itself. */
interface FoundProgram {
  readonly path: string
  /** Of `--version`: the first lines. */
  readonly said: string
}

/** Undefined when it is not there. */
async function lookAt(name: string): Promise<FoundProgram | undefined> {
  const path = await locateProgram(name)
  if (path === undefined) return undefined
  const { stdout, stderr } = await run(path, ['--version'])
  return { path, said: stdout === '' ? stderr : stdout }
}

export async function ociRuntimeFindings({ layout }: HostCgroups): Promise<Finding[]> {
  const [crun, runc, runsc, install] = await Promise.all([
    lookAt('crun'),
    lookAt('runc'),
    lookAt('runsc'),
    installCommand('crun'),
  ])
  return [crunFinding(crun, install), runcFinding(runc, layout.version), runscFinding(runsc)]
}

export function crunFinding(crun: FoundProgram | undefined, install: string): Finding {
  const base = { name: 'crun', needed: true } as const
  if (crun === undefined)
    return {
      ...base,
      state: 'missing',
      found: 'not installed',
      meaning: 'It runs the sandboxes; `lambdad start` installs it where there is apt-get.',
      mend: install,
    }
  const found = `${versionOf(crun)}, ${crun.path}`
  if (!crun.said.includes('+SECCOMP'))
    return {
      ...base,
      state: 'missing',
      found: `${found}, built without seccomp`,
      meaning: 'Functions would run without their list of allowed system calls.',
      mend: `${install} (a build whose crun --version shows +SECCOMP)`,
    }
  const meaning = 'It runs the sandboxes, and filters their system calls.'
  return { ...base, state: 'ok', found, meaning }
}

export function runcFinding(runc: FoundProgram | undefined, cgroups: 0 | 1 | 2): Finding {
  const base = { name: 'runc', needed: false } as const
  if (runc === undefined)
    return {
      ...base,
      state: 'missing',
      found: 'not installed',
      meaning: 'It can stand in for crun (--oci-runtime runc), which nothing needs where crun is.',
    }
  const found = `${versionOf(runc)}, ${runc.path}`
  if (cgroups === 2)
    return {
      ...base,
      state: 'degraded',
      found,
      meaning: 'It cannot be used: with version 2 of control groups sandboxes need crun.',
    }
  return { ...base, state: 'ok', found, meaning: 'It can stand in for crun (--oci-runtime runc).' }
}

export function runscFinding(runsc: FoundProgram | undefined): Finding {
  const base = { name: 'runsc', needed: false } as const
  const meaning =
    'It can put a kernel of its own, gVisor, between functions and this host (--oci-runtime runsc).'
  if (runsc === undefined) return { ...base, state: 'missing', found: 'not installed', meaning }
  return { ...base, state: 'ok', found: `${versionOf(runsc)}, ${runsc.path}`, meaning }
}

function versionOf({ said }: FoundProgram): string {
  return /version:? ?(\S+)/.exec(said)?.[1] ?? 'of an unknown version'
}
