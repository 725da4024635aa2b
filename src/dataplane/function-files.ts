/**
 * What a version brings, as its sandboxes see it: its code at /var/task and its layers at /opt, unpacked on the host and
 * kept there until nobody needs it any more.
 * Called by: dataplane.ts. Read next: code-cache.ts.
 */
import { chmod, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import type { LayerPackages, RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import type { ReadOnlyMount } from '../sandbox/sandbox.ts'
import type { CodeCache } from './code-cache.ts'

export const taskRoot = '/var/task'
export const layersRoot = '/opt'

/** Directories that are there until it is disposed of. */
export interface FunctionFiles extends Disposable {
  readonly mounts: readonly ReadOnlyMount[]
}

/** @throws PreparationError; nothing is kept then */
export async function holdFunctionFiles(
  code: CodeCache,
  version: RunnableVersion,
  image: RuntimeImage,
): Promise<FunctionFiles> {
  using stack = new DisposableStack()
  const source = await code.acquire(version.code)
  stack.defer(() => code.release(version.code))
  const mounts: ReadOnlyMount[] = [{ source, target: taskRoot }]
  if (version.layers.length > 0) {
    const layers = await code.acquireLayers(version.layers)
    stack.defer(() => code.releaseLayers(version.layers))
    mounts.push({ source: layers, target: layersRoot })
    if (image.layerPackages) {
      const links = code.newDirectory('links')
      stack.defer(() => void rm(links, { recursive: true, force: true }).catch(() => undefined))
      if (await linkPackages(layers, image.layerPackages, links)) {
        mounts.push({ source: links, target: image.layerPackages.target })
      }
    }
  }
  const held = stack.move()
  return { mounts, [Symbol.dispose]: () => held.dispose() }
}

/** @param links is made, unless there are no packages @returns whether there are */
async function linkPackages(
  layers: string,
  { from }: LayerPackages,
  links: string,
): Promise<boolean> {
  /** Where each is inside, by name. */
  const packages = new Map<string, string>()
  for (const directory of from) {
    const onHost = path.join(layers, path.relative(layersRoot, directory))
    for (const name of await packagesIn(onHost)) {
      if (!packages.has(name)) packages.set(name, path.join(directory, name))
    }
  }
  if (packages.size === 0) return false
  // Modes by hand: sandboxes read it as other users than the server's, whatever its umask.
  await mkdir(links)
  for (const [name, target] of packages) {
    const link = path.join(links, name)
    const scope = path.dirname(link)
    if (scope !== links && (await mkdir(scope, { recursive: true }))) await chmod(scope, 0o755)
    await symlink(target, link)
  }
  await chmod(links, 0o755)
  return true
}

/** Their names, those in scopes as `@scope/name`; none when there is no such directory. */
async function packagesIn(directory: string): Promise<string[]> {
  const names = await namesIn(directory)
  const scoped = names.filter((name) => name.startsWith('@'))
  const all = names.filter((name) => !name.startsWith('@'))
  for (const scope of scoped) {
    const inside = await namesIn(path.join(directory, scope))
    all.push(...inside.map((name) => `${scope}/${name}`))
  }
  return all
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(() => [])
}
