/**
 * The runtimes this host serves: the room's front door, as the data plane's `RuntimeProvider`.
 *
 * What it is not: it starts nothing. It says where a runtime's files are and how its process is started; for
 * nodejs* these are a Node.js from npm and our own bootstrap (node/), for provided.* the function's own.
 * Called by: dataplane and services/lambda through the port. Read next: installer.ts, node/README.md.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { PreparationError, type RuntimeImage, type RuntimeProvider } from '../kernel/ports.ts'
import { isNodeRuntime, nodePackageOf, nodeRuntimes } from './catalog.ts'
import { type InstallerOptions, ensureNodeRuntime } from './installer.ts'
import { InstallError } from './node-package.mjs'

const bootstrapDirectory = fileURLToPath(new URL('./node/', import.meta.url))
const customRuntimes = ['provided.al2023', 'provided.al2']

export function createRuntimeProvider(options: InstallerOptions): RuntimeProvider {
  return {
    identifiers: [...Object.keys(nodeRuntimes).reverse(), ...customRuntimes],
    prepare: (identifier) => prepare(identifier, options),
  }
}

async function prepare(identifier: string, options: InstallerOptions): Promise<RuntimeImage> {
  if (customRuntimes.includes(identifier)) return customImage
  if (!isNodeRuntime(identifier)) {
    throw new PreparationError('InvalidRuntime', `The runtime ${identifier} is not served here.`)
  }
  try {
    const language = await ensureNodeRuntime(nodeRuntimes[identifier], options)
    return nodeImage(identifier, language)
  } catch (error) {
    if (!(error instanceof InstallError)) throw error
    throw new PreparationError('InvalidRuntime', error.message, { cause: error })
  }
}

function nodeImage(identifier: keyof typeof nodeRuntimes, language: string): RuntimeImage {
  const major = nodeRuntimes[identifier]
  const { version, integrity } = nodePackageOf(identifier)
  return {
    mounts: [
      { source: language, target: '/var/lang' },
      { source: bootstrapDirectory, target: '/var/runtime' },
    ],
    // The young generation and everything beside the heap live in the remaining tenth, as on AWS.
    command: (memoryMb) => [
      '/var/lang/bin/node',
      `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
      '/var/runtime/index.mjs',
    ],
    env: {
      NODE_PATH: `/opt/nodejs/node${major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules`,
      _LAMBDAD_RUNTIME_API_FD: '3',
      _LAMBDA_TELEMETRY_LOG_FD: '1',
    },
    runtimeApi: 'inherited',
    versionLabel: `nodejs:${major}.v${version}`,
    versionHash: createHash('sha256').update(JSON.stringify(integrity)).digest('hex'),
  }
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
