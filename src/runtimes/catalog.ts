/**
 * The runtimes that lambdad brings along, as Lambda names them.
 * What it is not: the list of names the API accepts; a runtime that is not here is the user's own (an image,
 * `provided.*`). Read next: installer.ts.
 */
import { nodePackages } from './node-package.mjs'
import type { NodePackage } from './node-package.mjs'

/** Major version of Node.js by Lambda's identifier of the runtime. */
export const nodeRuntimes = {
  'nodejs20.x': 20,
  'nodejs22.x': 22,
  'nodejs24.x': 24,
} as const

/** Version of Python by Lambda's identifier of the runtime, the oldest first. */
export const pythonRuntimes = {
  'python3.10': '3.10',
  'python3.11': '3.11',
  'python3.12': '3.12',
  'python3.13': '3.13',
  'python3.14': '3.14',
} as const

/** Those of which the function brings the program. */
export const customRuntimes: readonly string[] = ['provided.al2023', 'provided.al2']

export type NodeRuntime = keyof typeof nodeRuntimes
export type NodeRuntimeMajor = (typeof nodeRuntimes)[NodeRuntime]

export type PythonRuntime = keyof typeof pythonRuntimes

export function isPythonRuntime(runtime: string): runtime is PythonRuntime {
  return Object.hasOwn(pythonRuntimes, runtime)
}

export function isNodeRuntime(runtime: string): runtime is NodeRuntime {
  return Object.hasOwn(nodeRuntimes, runtime)
}

/** The build that a function of this runtime gets, pinned by checksum. */
export function nodePackageOf(runtime: NodeRuntime): NodePackage {
  return nodePackages[nodeRuntimes[runtime]]!
}
