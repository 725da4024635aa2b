/**
 * How sandboxes see a Python: what is mounted where, and how the bootstrap is started.
 *
 * As on AWS the language is at /var/lang, and what it brings along in its site-packages. The packages of this
 * machine are never seen: ours are mounted over them, and -S leaves the other places out that a distribution has.
 * Called by: index.ts. Read next: README.md, "Contract with the platform".
 */
import { join } from 'node:path'
import type { RuntimeImage } from '../../kernel/ports.ts'
import type { Interpreter, PythonVersion } from './interpreters.ts'
import { needsOwnStart } from './needs-own-start.ts'

/** A runtime image that can also be the next best thing. */
export interface PythonImage extends RuntimeImage {
  /** What was asked for and is not here, for example `python3.14`; undefined when this is what was asked for. */
  readonly fallbackOf: string | undefined
}

export interface PythonImageParts {
  readonly identifier: string
  readonly interpreter: Interpreter
  /** Made by pack.ts. */
  readonly bootstrap: string
  /** Packages every function finds; an empty folder when there are none. */
  readonly sdk: string
  readonly versionHash: string | undefined
}

export function pythonImage(parts: PythonImageParts): PythonImage {
  const { identifier, interpreter, bootstrap, sdk } = parts
  const { version, fullVersion } = interpreter
  const wanted = identifier.replace('python', '') as PythonVersion
  const sitePackages = `/var/lang/lib/python${version}/site-packages`
  // The distribution's own is part of the user land that every sandbox sees.
  const isSystem = interpreter.prefix === '/usr'
  const executable = isSystem ? interpreter.executable : `/var/lang/bin/python${version}`
  return {
    mounts: [
      ...(isSystem ? [] : languageMounts(interpreter)),
      { source: sdk, target: sitePackages },
      { source: bootstrap, target: '/var/runtime' },
    ],
    command: () => [executable, '-S', '/var/runtime/bootstrap.py'],
    env: {
      ...(isSystem ? {} : { PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin' }),
      // Layers are built for the version that was asked for.
      _LAMBDAD_PYTHON_PATH: `/opt/python/lib/python${wanted}/site-packages:/opt/python:${sitePackages}`,
      _LAMBDA_TELEMETRY_LOG_FD: '1',
    },
    needsOwnStart,
    runtimeApi: 'inherited',
    versionLabel: `python:${wanted}.v${fullVersion}`,
    versionHash: parts.versionHash,
    fallbackOf: wanted === version ? undefined : identifier,
  }
}

/** Not the whole prefix: what else it holds (somebody may install to their home) is nobody's business inside. */
function languageMounts({ prefix, isShared }: Interpreter): RuntimeImage['mounts'] {
  const lib = join(prefix, 'lib')
  const mounts = [
    { source: join(prefix, 'bin'), target: '/var/lang/bin' },
    { source: lib, target: '/var/lang/lib' },
  ]
  // The program looks for its library where it was installed, and before that where LD_LIBRARY_PATH says, which is
  // /var/lang/lib until the function has a path of its own.
  if (isShared && !/^\/(opt|tmp|var\/(task|runtime|lang)|proc|dev)\//.test(lib)) {
    mounts.push({ source: lib, target: lib })
  }
  return mounts
}
