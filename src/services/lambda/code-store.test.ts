import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rawRequest } from '../../../test/kit/raw-request.ts'
import type { BlobId } from '../../kernel/brand.ts'
import { type Blobs, StoreFullError } from '../../store/store.ts'
import { CodeStore } from './code-store.ts'
import { Functions } from './functions.ts'
import type { LambdaTables } from './tables.ts'
import {
  FakeClock,
  SlowReads,
  type TestData,
  openTestData,
  packageOf,
  recordOf,
  scope,
} from './test-support.ts'

const endpoint = 'http://127.0.0.1:4566'
const zip = packageOf('one')

/** Keeps a package as the code of a new function, as CreateFunction does. */
async function keep(code: CodeStore, functions: Functions, name: string): Promise<BlobId> {
  return code.receive(zip, async (stored) => {
    await functions.insert(recordOf(name, stored.code))
    return stored.code
  })
}

async function isThere(data: TestData, id: BlobId): Promise<boolean> {
  return data.blobs.get(id).then(
    () => true,
    () => false,
  )
}

describe('a package', () => {
  test('is there while it comes in, stays when a function has it, goes when none does', async () => {
    await using data = await openTestData()
    const code = new CodeStore(data.blobs, data.store, new FakeClock())
    const id = await code.receive(zip, async (stored) => {
      assert.ok(await isThere(data, stored.code))
      assert.equal(stored.codeBytes, zip.length)
      return stored.code
    })
    assert.equal(await isThere(data, id), false)
    const functions = new Functions(data.store)
    await keep(code, functions, 'f')
    await keep(code, functions, 'g')
    await functions.delete(scope, 'f')
    await code.deleteIfUnused(id)
    assert.ok(await isThere(data, id))
    await functions.delete(scope, 'g')
    await code.deleteIfUnused(id)
    assert.equal(await isThere(data, id), false)
  })

  test('goes when the change that wanted it failed', async () => {
    await using data = await openTestData()
    const code = new CodeStore(data.blobs, data.store, new FakeClock())
    let id: BlobId | undefined
    const failed = code.receive(zip, async (stored) => {
      id = stored.code
      throw new Error('refused')
    })
    await assert.rejects(failed, /refused/)
    assert.ok(id)
    assert.equal(await isThere(data, id), false)
  })

  test('that two bring at once stays when one of them fails', async () => {
    await using data = await openTestData()
    const code = new CodeStore(data.blobs, data.store, new FakeClock())
    const functions = new Functions(data.store)
    const gate = Promise.withResolvers<void>()
    const kept = code.receive(zip, async (stored) => {
      await gate.promise
      await functions.insert(recordOf('f', stored.code))
      return stored.code
    })
    const failed = code.receive(zip, async () => {
      throw new Error('refused')
    })
    await assert.rejects(failed, /refused/)
    gate.resolve()
    assert.ok(await isThere(data, await kept))
  })

  test('that comes in while another looks whether it is used stays', async () => {
    await using data = await openTestData()
    const slow = new SlowReads(data.store)
    const code = new CodeStore(data.blobs, slow, new FakeClock())
    const functions = new Functions(data.store)
    const id = await keep(code, functions, 'f')
    await functions.delete(scope, 'f')
    // It sees that nobody uses the package, and is told so only after somebody does.
    const gate = Promise.withResolvers<void>()
    const seen = slow.holdNext(gate.promise)
    const looking = code.deleteIfUnused(id)
    await seen
    await keep(code, functions, 'g')
    gate.resolve()
    await looking
    assert.ok(await isThere(data, id))
  })

  test('is swept at a start when no function came of it, and only then', async () => {
    await using data = await openTestData()
    const code = new CodeStore(data.blobs, data.store, new FakeClock())
    const functions = new Functions(data.store)
    await keep(code, functions, 'g')
    const orphan = await data.blobs.put(new TextEncoder().encode('of a killed server'))
    await code.sweep()
    const left: string[] = []
    for await (const id of data.blobs.list()) left.push(id)
    assert.equal(left.length, 1)
    assert.notEqual(left[0], orphan)
  })

  test('is swept however many there are, and stays wherever it is used', async () => {
    await using data = await openTestData()
    const idOf = (index: number) => String(index).padStart(64, '0') as BlobId
    const deleted = new Set<string>()
    const many: Blobs = {
      get: (id) => data.blobs.get(id),
      put: (bytes) => data.blobs.put(bytes),
      delete: async (id) => void deleted.add(id),
      async *list() {
        for (let index = 0; index < 1_200; index += 1) yield idOf(index)
      },
    }
    const [own, serving, versioned, layered, held] = [3, 499, 500, 777, 1_199].map(idOf)
    await data.store.transaction<LambdaTables, void>('TEST:USE', async (db) => {
      const row = { ...scope, name: 'x', code_bytes: 1, record: '{}', version: 1 }
      const { version: _none, ...ofFunction } = row
      await db
        .insertInto('lambda_functions')
        .values({ ...ofFunction, code: own!, serving_code: serving!, deploying: 1 })
        .execute()
      await db
        .insertInto('lambda_versions')
        .values({ ...row, code: versioned!, pending: 0 })
        .execute()
      await db
        .insertInto('lambda_layer_versions')
        .values({ ...row, code: layered! })
        .execute()
      await db
        .insertInto('lambda_layer_uses')
        .values({ ...scope, function: 'x', version: '1', code: held! })
        .execute()
    })
    await new CodeStore(many, data.store, new FakeClock()).sweep()
    assert.equal(deleted.size, 1_195)
    for (const kept of [own, serving, versioned, layered, held]) assert.ok(!deleted.has(kept!))
  })

  test('that did not fit on the disk comes in when there is room', async () => {
    await using data = await openTestData()
    let isFull = true
    const { blobs } = data
    const filling: Blobs = {
      get: (id) => blobs.get(id),
      delete: (id) => blobs.delete(id),
      list: () => blobs.list(),
      put: (bytes) => {
        return isFull ? Promise.reject(new StoreFullError('no space left')) : blobs.put(bytes)
      },
    }
    const code = new CodeStore(filling, data.store, new FakeClock())
    const functions = new Functions(data.store)
    await assert.rejects(keep(code, functions, 'f'), StoreFullError)
    assert.equal(await functions.find(scope, 'f'), undefined)
    isFull = false
    assert.ok(await isThere(data, await keep(code, functions, 'f')))
  })
})

describe('a link', () => {
  async function withLink() {
    const data = await openTestData()
    const clock = new FakeClock()
    const code = new CodeStore(data.blobs, data.store, clock)
    const functions = new Functions(data.store)
    const id = await keep(code, functions, 'f')
    const get = (url: URL, method = 'GET', by = code) =>
      by.handle(rawRequest({ method, path: url.pathname, query: url.search.slice(1) }))
    const url = new URL(code.link(id, endpoint))
    return {
      data,
      clock,
      code,
      functions,
      id,
      url,
      get,
      async [Symbol.asyncDispose]() {
        await data[Symbol.asyncDispose]()
      },
    }
  }

  test('downloads the package for ten minutes, then no more (docs)', async () => {
    await using link = await withLink()
    assert.equal(link.url.origin, endpoint)
    link.clock.advance(10 * 60_000)
    const answer = await link.get(link.url)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['Content-Type'], 'application/zip')
    assert.deepEqual(Buffer.from(answer.body as Uint8Array), Buffer.from(zip))
    link.clock.advance(1)
    const late = await link.get(link.url)
    assert.equal(late.status, 403)
    assert.match(late.body as string, /expired/)
  })

  test('cannot be forged, lengthened, or turned to another package', async () => {
    await using link = await withLink()
    const change = (name: string, value: string) => {
      const url = new URL(link.url)
      url.searchParams.set(name, value)
      return url
    }
    const other = new URL(link.url)
    other.pathname = `${link.code.pathPrefix}${'0'.repeat(64)}`
    const climbing = new URL(link.url)
    climbing.pathname = `${link.code.pathPrefix}%2e%2e%2fkey`
    const bare = new URL(link.url.pathname, endpoint)
    const forged = [
      change('Expires', String(link.clock.nowMs() + 3_600_000)),
      change('Expires', 'NaN'),
      change('Signature', '0'.repeat(64)),
      change('Signature', ''),
      change('Signature', 'ü'.repeat(32)),
      other,
      climbing,
      bare,
    ]
    for (const url of forged) {
      const answer = await link.get(url)
      assert.equal(answer.status, 403, url.href)
      assert.match(answer.body as string, /was not made by this server/)
    }
  })

  test('does not outlive the server that gave it out', async () => {
    await using link = await withLink()
    const next = new CodeStore(link.data.blobs, link.data.store, link.clock)
    assert.equal((await link.get(link.url, 'GET', next)).status, 403)
  })

  test('is for reading; what it led to may be gone', async () => {
    await using link = await withLink()
    assert.equal((await link.get(link.url, 'PUT')).status, 405)
    assert.equal((await link.get(link.url, 'HEAD')).status, 200)
    await link.functions.delete(scope, 'f')
    await link.code.deleteIfUnused(link.id)
    const answer = await link.get(link.url)
    assert.equal(answer.status, 404)
    assert.equal(answer.body, 'This code has been deleted.\n')
  })
})
