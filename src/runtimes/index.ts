/**
 * The runtimes this host serves: the room's front door, as the data plane's `RuntimeProvider`.
 *
 * What it is not: it starts nothing. It says where a runtime's files are and how its process is started; for
 * nodejs* these are a Node.js from npm and our own bootstrap (node/), for python* a Python of this machine and
 * our own bootstrap (python/), for provided.* the function's own.
 * Called by: dataplane and services/lambda through the port. Read next: installer.ts, the READMEs of node/, python/.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { PreparationError, type RuntimeImage, type RuntimeProvider } from '../kernel/ports.ts'
import {
  type NodeRuntime,
  customRuntimes,
  isNodeRuntime,
  isPythonRuntime,
  nodePackageOf,
  nodeRuntimes,
} from './catalog.ts'
import { type InstallerOptions, ensureNodeRuntime } from './installer.ts'
import { InstallError } from './node-package.mjs'
import { nodeFlags, nodeNeedsOwnStart } from './node-flags.ts'
import { compileRuntime } from './node/compiled.ts'
import { packRuntime } from './node/pack.mjs'
import { NodeSdk } from './node/sdk.ts'
import { PythonRuntimes } from './python/index.ts'

export interface RuntimeOptions extends InstallerOptions {
  /** Where our bootstraps are put together for the sandboxes to see; made when missing. */
  readonly bootstrapDirectory: string
  /** Whether a Python that is not here is replaced by the nearest version that is; not unless told. */
  readonly runtimeFallback?: boolean
}

export function createRuntimeProvider(options: RuntimeOptions): RuntimeProvider {
  const nodeBootstrap = path.join(options.bootstrapDirectory, 'node')
  packRuntime(nodeBootstrap)
  const nodeSdk = new NodeSdk(options)
  const python = new PythonRuntimes({
    ...options,
    bootstrapDirectory: path.join(options.bootstrapDirectory, 'python'),
    fallback: options.runtimeFallback ?? false,
  })
  return {
    identifiers: [
      ...Object.keys(nodeRuntimes).toReversed(),
      ...python.identifiers,
      ...customRuntimes,
    ],
    versionHash(identifier) {
      if (isNodeRuntime(identifier)) return hashOf(identifier)
      return isPythonRuntime(identifier) ? python.versionHash(identifier) : undefined
    },
    whyMissing(identifier) {
      if (!isPythonRuntime(identifier) || python.identifiers.includes(identifier)) return undefined
      return python.explainMissing(identifier)
    },
    async prepare(identifier) {
      if (customRuntimes.includes(identifier)) return customImage
      if (isNodeRuntime(identifier)) {
        return await prepareNode(identifier, options, nodeBootstrap, nodeSdk)
      }
      if (isPythonRuntime(identifier)) return await python.prepare(identifier)
      throw new PreparationError('InvalidRuntime', `The runtime ${identifier} is not served here.`)
    },
  }
}

async function prepareNode(
  identifier: NodeRuntime,
  options: InstallerOptions,
  nodeBootstrap: string,
  sdk: NodeSdk,
): Promise<RuntimeImage> {
  try {
    const language = await ensureNodeRuntime(nodeRuntimes[identifier], options)
    await compileRuntime(nodeBootstrap, language, options)
    return nodeImage(identifier, language, nodeBootstrap, await sdk.mounts())
  } catch (error) {
    if (!(error instanceof InstallError)) throw error
    throw new PreparationError('InvalidRuntime', error.message, { cause: error })
  }
}

function nodeImage(
  identifier: NodeRuntime,
  language: string,
  bootstrap: string,
  sdk: RuntimeImage['mounts'],
): RuntimeImage {
  const major = nodeRuntimes[identifier]
  const build = nodePackageOf(identifier)
  return {
    mounts: [
      { source: language, target: '/var/lang' },
      { source: bootstrap, target: '/var/runtime' },
      ...sdk,
    ],
    // bootstrap.cjs is what AWS's index.mjs loads; going there directly saves the ECMAScript loader (6 ms).
    command: (version) => [
      '/var/lang/bin/node',
      ...nodeFlags(major, version.memoryMb, version.environment['NODE_OPTIONS'] ?? ''),
      '/var/runtime/bootstrap.cjs',
    ],
    needsOwnStart: nodeNeedsOwnStart,
    // `import` looks for packages here, which AWS's Node.js does where NODE_PATH says: node/README.md.
    layerPackages: {
      from: [`/opt/nodejs/node${major}/node_modules`, '/opt/nodejs/node_modules'],
      target: '/var/node_modules',
    },
    env: {
      NODE_PATH: `/opt/nodejs/node${major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`,
      _LAMBDA_TELEMETRY_LOG_FD: '1',
    },
    runtimeApi: 'inherited',
    versionLabel: `nodejs:${major}.v${build.version}`,
    versionHash: hashOf(identifier),
  }
}

/** Of the package's checksums: another build is another version. */
function hashOf(identifier: NodeRuntime): string {
  const { integrity } = nodePackageOf(identifier)
  return createHash('sha256').update(JSON.stringify(integrity)).digest('hex')
}

const customImage: RuntimeImage = {
  mounts: [],
  command: () => [],
  bootstraps: ['/var/task/bootstrap', '/opt/bootstrap'],
  env: {},
  runtimeApi: 'tcp',
  versionLabel: undefined,
  versionHash: undefined,
}
