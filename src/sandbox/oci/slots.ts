/**
 * Places in sandboxes where directories of the host appear after the sandbox was started.
 *
 * Every slot is a directory below one mount of the server's that is shared; a sandbox has a copy of that mount which
 * follows it, so that what is mounted here later shows there too, and nothing comes back. Invariant: what is mounted
 * in a slot is read-only, and gone from the host when its sandbox is removed. Called by: backend.ts.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '../../kernel/assert.ts'
import type { ReadOnlyMount, SandboxId } from '../sandbox.ts'
import type { ServerHome } from '../server-home.ts'
import { type Mounts, openMounts } from './mounts.ts'

export class Slots {
  readonly #mounts: Mounts
  readonly #shared: string
  readonly #stage: string

  private constructor(mounts: Mounts, shared: string, stage: string) {
    this.#mounts = mounts
    this.#shared = shared
    this.#stage = stage
  }

  /** Undefined when this Node.js cannot mount. */
  static async open(home: ServerHome): Promise<Slots | undefined> {
    const mounts = openMounts()
    if (!mounts) return undefined
    const shared = join(home.directory, 'slots')
    const stage = join(home.directory, 'stage')
    await mkdir(shared, { mode: 0o711 })
    await mkdir(stage, { mode: 0o700 })
    await home.register([`mount ${stage}`, `mount ${shared}`])
    mounts.share(shared)
    return new Slots(mounts, shared, stage)
  }

  /** Makes the slots of one sandbox. @param targets absolute paths inside it */
  async make(id: SandboxId, targets: readonly string[]): Promise<SandboxSlots> {
    const directory = join(this.#shared, id)
    await mkdir(directory, { mode: 0o711 })
    const sources = new Map(
      targets.map((target, index) => [target, join(directory, String(index))] as const),
    )
    for (const source of sources.values()) await mkdir(source, { mode: 0o755 })
    return new SandboxSlots(this.#mounts, directory, this.#stage, sources)
  }

  /** Makes them of these mounts, with each in its place. @throws Error when one cannot be mounted; none is then */
  async fill(id: SandboxId, mounts: readonly ReadOnlyMount[]): Promise<SandboxSlots> {
    const targets = mounts.map(({ target }) => target)
    const slots = await this.make(id, targets)
    try {
      slots.fill(mounts)
      return slots
    } catch (error) {
      await slots[Symbol.asyncDispose]()
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#mounts.detach(this.#shared)
  }
}

export class SandboxSlots implements AsyncDisposable {
  readonly #mounts: Mounts
  readonly #directory: string
  readonly #stage: string
  readonly #sources: ReadonlyMap<string, string>
  readonly #filled: string[] = []

  constructor(
    mounts: Mounts,
    directory: string,
    stage: string,
    sources: ReadonlyMap<string, string>,
  ) {
    this.#mounts = mounts
    this.#directory = directory
    this.#stage = stage
    this.#sources = sources
  }

  /** What the sandbox is to mount at its start, each following what happens here. */
  get mounts(): readonly ReadOnlyMount[] {
    return [...this.#sources].map(([target, source]) => ({ target, source }))
  }

  /** @throws Error when a directory cannot be mounted; those before it are, until removal. */
  fill(mounts: readonly ReadOnlyMount[]): void {
    for (const { source, target } of mounts) {
      const slot = this.#sources.get(target)
      assert(slot !== undefined, `a sandbox without a slot at ${target} was to get one`)
      this.#mounts.bindReadOnly(source, slot, this.#stage)
      this.#filled.push(slot)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const slot of this.#filled.splice(0)) this.#mounts.detach(slot)
    await rm(this.#directory, { recursive: true, force: true })
  }
}
