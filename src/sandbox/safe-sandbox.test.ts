/** The decorator over back ends that misbehave. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { silentLog } from '../kernel/log.ts'
import { SafeBackend } from './safe-sandbox.ts'
import type { RawBackend, RawSandbox } from './safe-sandbox.ts'
import { SandboxStartError } from './sandbox.ts'
import type { SandboxExit, SandboxSpec } from './sandbox.ts'
import { testSpec } from './test-support.ts'

const spec = () => testSpec(['/bin/true'])

class FakeSandbox implements RawSandbox {
  readonly stdout = Readable.from([])
  readonly stderr = Readable.from([])
  readonly calls: string[] = []
  readonly exit = Promise.withResolvers<SandboxExit>()
  readonly exited = this.exit.promise
  /** What the next call of each name does instead of succeeding. */
  readonly next = new Map<string, () => Promise<void>>()

  onConnection(): void {}
  cpuTimeMs(): number {
    return 0
  }
  favour(): void {}
  letFinish(): void {}
  peakMemoryBytes(): number {
    return 1
  }
  assign(): Promise<void> {
    return this.#call('assign')
  }
  freeze(): Promise<void> {
    return this.#call('freeze')
  }
  thaw(): Promise<void> {
    return this.#call('thaw')
  }
  reclaim(): Promise<void> {
    return this.#call('reclaim')
  }
  remove(): Promise<void> {
    return this.#call('remove')
  }

  async #call(name: string): Promise<void> {
    this.calls.push(`${name} begins`)
    const action = this.next.get(name)
    this.next.delete(name)
    await action?.()
    this.calls.push(`${name} ends`)
  }
}

function backendOf(start: RawBackend['start']) {
  let ended = false
  const raw: RawBackend = {
    name: 'fake',
    canWait: true,
    canInherit: true,
    prepare: () => Promise.resolve(),
    start,
    [Symbol.asyncDispose]: async () => {
      ended = true
    },
  }
  return { raw, backend: new SafeBackend(raw, silentLog), ended: () => ended }
}

describe('the safety decorator', () => {
  it('runs one call at a time', async () => {
    const fake = new FakeSandbox()
    const sandbox = await backendOf(async () => fake).backend.start(spec())
    const slow = Promise.withResolvers<void>()
    fake.next.set('freeze', () => slow.promise)
    const all = [sandbox.freeze(), sandbox.thaw()]
    setImmediate(() => slow.resolve())
    await Promise.all(all)
    await sandbox.destroy('done')
    assert.deepEqual(
      fake.calls,
      ['freeze', 'thaw', 'remove'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    )
  })

  it('removes once, keeps the first reason, and does nothing afterwards', async () => {
    const fake = new FakeSandbox()
    const sandbox = await backendOf(async () => fake).backend.start(spec())
    await Promise.all([sandbox.destroy('one'), sandbox.destroy('two')])
    await sandbox.destroy('three')
    await sandbox.freeze()
    assert.equal(sandbox.endReason, 'one')
    assert.deepEqual(fake.calls, ['remove begins', 'remove ends'])
  })

  it('resolves `exited` although nobody saw the end', async () => {
    const sandbox = await backendOf(async () => new FakeSandbox()).backend.start(spec())
    await sandbox.destroy('lost')
    assert.deepEqual(await sandbox.exited, {
      code: undefined,
      signal: 'SIGKILL',
      outOfMemory: false,
    })
  })

  it('destroys on any error of a call, and tells it', async () => {
    const fake = new FakeSandbox()
    const sandbox = await backendOf(async () => fake).backend.start(spec())
    fake.next.set('thaw', () => Promise.reject(new Error('the freezer is stuck')))
    await assert.rejects(sandbox.thaw(), /stuck/)
    assert.equal(sandbox.endReason, 'the freezer is stuck')
    await sandbox.destroy('again')
    assert.equal(fake.calls.at(-1), 'remove ends')
  })

  it('assigns once, in its turn; what fails then is its end', async () => {
    const waiting = { slots: ['/var/task'], input: true }
    const fakes = [new FakeSandbox(), new FakeSandbox(), new FakeSandbox()]
    const made = [...fakes]
    const { backend } = backendOf(async () => made.shift()!)
    const start = () => backend.start({ ...spec(), waiting })
    const [good, bad, gone] = [await start(), await start(), await start()]
    await Promise.all([good.freeze(), good.assign([], 'orders')])
    await assert.rejects(good.assign([], 'more orders'), /one function for life/)
    assert.equal(good.endReason, undefined)
    assert.deepEqual(
      fakes[0]?.calls,
      ['freeze', 'assign'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    )
    fakes[1]?.next.set('assign', () => Promise.reject(new Error('cannot mount')))
    await assert.rejects(bad.assign([]), /cannot mount/)
    assert.equal(bad.endReason, 'cannot mount')
    const destroyed = gone.destroy('too late')
    await assert.rejects(gone.assign([]), /the sandbox ended: too late/)
    await destroyed
    assert.deepEqual(fakes[2]?.calls, ['remove begins', 'remove ends'])
  })

  it('says how a process reaches its Runtime API, to it and to who has started it', async () => {
    for (const [canInherit, asked, way] of [
      [true, 'inherited', 'inherited'],
      [true, 'tcp', 'tcp'],
      [false, 'inherited', 'tcp'],
      [false, 'tcp', 'tcp'],
    ] as const) {
      const specs: SandboxSpec[] = []
      const { raw } = backendOf(async (possible) => {
        specs.push(possible)
        return new FakeSandbox()
      })
      const backend = new SafeBackend({ ...raw, canInherit }, silentLog)
      const wanted = { ...spec(), runtimeApi: asked, env: { A: 'b' } }
      const sandbox = await backend.start(wanted)
      assert.equal(sandbox.runtimeApi, way)
      const variables = way === 'inherited' ? { _LAMBDAD_RUNTIME_API_FD: '3' } : {}
      assert.deepEqual(specs, [{ ...wanted, runtimeApi: way, env: { A: 'b', ...variables } }])
    }
  })

  it('lets nothing wait where it cannot', async () => {
    const { raw } = backendOf(async () => new FakeSandbox())
    const backend = new SafeBackend({ ...raw, canWait: false }, silentLog)
    const waiting = { slots: [], input: false }
    await assert.rejects(backend.start({ ...spec(), waiting }), /cannot wait/)
  })

  it('destroys when the end of the process cannot be told', async () => {
    const fake = new FakeSandbox()
    const sandbox = await backendOf(async () => fake).backend.start(spec())
    fake.exit.reject(new Error('no such group'))
    assert.equal((await sandbox.exited).signal, 'SIGKILL')
    await sandbox.destroy('again')
    assert.equal(sandbox.endReason, 'no such group')
  })

  it('tries a failed removal again when asked again', async () => {
    const fake = new FakeSandbox()
    const sandbox = await backendOf(async () => fake).backend.start(spec())
    fake.next.set('remove', () => Promise.reject(new Error('busy')))
    await assert.rejects(sandbox.destroy('one'), /busy/)
    assert.equal((await sandbox.exited).signal, 'SIGKILL')
    await sandbox.destroy('two')
    assert.equal(sandbox.endReason, 'one')
    assert.equal(fake.calls.at(-1), 'remove ends')
  })

  it('wraps every failure to start, and forgets the sandbox', async () => {
    const errors = [new Error('disk full'), new SandboxStartError('install crun')]
    const { backend } = backendOf(() => Promise.reject(errors.shift()))
    const same = spec()
    await assert.rejects(backend.start(same), (error: Error) => {
      assert.ok(error instanceof SandboxStartError)
      assert.match(error.message, /disk full/)
      return true
    })
    await assert.rejects(backend.start(same), /^SandboxStartError: install crun$/)
  })

  it('refuses an id that is alive, and takes it again afterwards', async () => {
    const { backend } = backendOf(async () => new FakeSandbox())
    const same = spec()
    const sandbox = await backend.start(same)
    await assert.rejects(backend.start(same), /there already/)
    await sandbox.destroy('done')
    await backend.start(same)
  })

  it('destroys all at disposal, those that are starting too, before the back end goes', async () => {
    const fakes = [new FakeSandbox(), new FakeSandbox()]
    const late = Promise.withResolvers<RawSandbox>()
    const starts = [Promise.resolve(fakes[0]!), late.promise]
    const { backend, ended } = backendOf(() => starts.shift()!)
    const sandbox = await backend.start(spec())
    const refused = assert.rejects(backend.start(spec()), SandboxStartError)
    const disposal = backend[Symbol.asyncDispose]()
    await assert.rejects(backend.start(spec()), SandboxStartError)
    assert.equal(ended(), false)
    late.resolve(fakes[1]!)
    await Promise.all([disposal, refused, backend[Symbol.asyncDispose]()])
    assert.equal(sandbox.endReason, 'the server is shutting down')
    for (const fake of fakes) assert.deepEqual(fake.calls, ['remove begins', 'remove ends'])
    assert.equal(ended(), true)
  })
})
