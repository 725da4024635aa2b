/**
 * Blobs as files: `ab/cd/abcd...` by the hex SHA-256 of the plain bytes, encrypted (blob-format.ts).
 *
 * Invariant: a file under its name is whole and on disk; a put that failed left nothing. `tmp/` holds what
 * is being written, `KEY_ID` names the key that all of them need.
 * Opened by app, in a locked data directory: nobody else writes here.
 */
import { open, opendir, readFile, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

import { assert } from '../../kernel/assert.ts'
import type { BlobId } from '../../kernel/brand.ts'
import { randomHex } from '../../kernel/ids.ts'
import { absentAsUndefined, makeDirectoryDurably, writeDurably } from '../durable-file.ts'
import { MasterKeyError } from '../master-key.ts'
import type { MasterKey } from '../master-key.ts'
import { BlobError } from '../store.ts'
import type { Blobs } from '../store.ts'
import {
  BlobDecryption,
  blobIdOf,
  blobKey,
  damaged,
  encrypt,
  headerBytes,
  sliceBytes,
  tagBytes,
} from './blob-format.ts'
import type { BlobKey } from './blob-format.ts'

/**
 * Opens (and makes) the directory, and removes what a dead server was writing.
 * @throws MasterKeyError when the blobs that are there were encrypted with another key.
 */
export async function openFileBlobs(directory: string, masterKey: MasterKey): Promise<Blobs> {
  const key = blobKey(masterKey.derive('lambdad blobs'))
  await rm(join(directory, 'tmp'), { recursive: true, force: true })
  await makeDirectoryDurably(join(directory, 'tmp'))
  await checkKey(directory, key)
  return new FileBlobs(directory, key)
}

async function checkKey(directory: string, key: BlobKey): Promise<void> {
  const file = join(directory, 'KEY_ID')
  const ours = key.id.toString('hex')
  const theirs = (await readFile(file, 'latin1').catch(absentAsUndefined))?.trim()
  if (theirs === undefined) {
    await writeDurably(file, join(directory, 'tmp', 'KEY_ID'), [Buffer.from(`${ours}\n`)])
  } else if (theirs !== ours) {
    throw new MasterKeyError(
      `The key is not the one the blobs in ${directory} were encrypted with (its id is ${ours}, theirs is ${theirs}). Put the right key file back.`,
    )
  }
}

class FileBlobs implements Blobs {
  readonly #directory: string
  readonly #key: BlobKey
  /** The last put or delete of an id that is under way: the next one of the same id waits for it. */
  readonly #underWay = new Map<BlobId, Promise<unknown>>()

  /** Directories that are, or are being, made durable: at most 256 + 256 * 256. */
  readonly #directories = new Map<string, Promise<void>>()

  constructor(directory: string, key: BlobKey) {
    this.#directory = directory
    this.#key = key
  }

  async put(bytes: Uint8Array): Promise<BlobId> {
    const id = await blobIdOf(bytes)
    await this.#alone(id, () => this.#write(id, bytes))
    return id
  }

  async get(id: BlobId): Promise<Uint8Array> {
    const handle = await open(this.#path(id), 'r').catch(absentAsUndefined)
    if (handle === undefined) throw new BlobError(`There is no blob ${id}.`)
    try {
      return await this.#read(id, handle)
    } finally {
      await handle.close()
    }
  }

  async delete(id: BlobId): Promise<void> {
    await this.#alone(id, () => rm(this.#path(id), { force: true }))
  }

  async *list(): AsyncIterable<BlobId> {
    for await (const entry of await opendir(this.#directory, { recursive: true })) {
      if (entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name)) yield entry.name as BlobId
    }
  }

  async #write(id: BlobId, bytes: Uint8Array): Promise<void> {
    const path = this.#path(id)
    const known = await stat(path).catch(absentAsUndefined)
    // A file of another size was cut by something else than us; the bytes to mend it are here.
    if (known?.size === headerBytes + bytes.length + tagBytes) return
    await this.#makeDirectories(id)
    const temporary = join(this.#directory, 'tmp', randomHex(16))
    await writeDurably(path, temporary, encrypt(id, bytes, this.#key))
  }

  async #makeDirectories(id: BlobId): Promise<void> {
    const first = join(this.#directory, id.slice(0, 2))
    for (const path of [first, join(first, id.slice(2, 4))]) {
      const made = this.#directories.get(path) ?? makeDirectoryDurably(path)
      this.#directories.set(path, made)
      try {
        await made
      } catch (error) {
        this.#directories.delete(path)
        throw error
      }
    }
  }

  async #read(id: BlobId, handle: FileHandle): Promise<Uint8Array> {
    const { size } = await handle.stat()
    if (size < headerBytes + tagBytes) throw damaged(id, 'it is cut short')
    const take = async (length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, null)
      return buffer.subarray(0, bytesRead)
    }
    const decryption = new BlobDecryption(id, await take(headerBytes), this.#key)
    const plain = Buffer.allocUnsafeSlow(size - headerBytes - tagBytes)
    let filled = 0
    while (filled < plain.length) {
      const slice = await take(Math.min(sliceBytes, plain.length - filled))
      if (slice.length === 0) throw damaged(id, 'it is cut short')
      filled += decryption.update(slice).copy(plain, filled)
    }
    decryption.finish(await take(tagBytes))
    return plain
  }

  /** One after the other for the same id, whatever became of the one before. */
  async #alone(id: BlobId, work: () => Promise<void>): Promise<void> {
    const before = this.#underWay.get(id) ?? Promise.resolve()
    const done = before.then(work, work)
    this.#underWay.set(id, done)
    try {
      await done
    } finally {
      if (this.#underWay.get(id) === done) this.#underWay.delete(id)
    }
  }

  #path(id: BlobId): string {
    assert(/^[0-9a-f]{64}$/.test(id), 'a blob id is 64 lower-case hex digits')
    return join(this.#directory, id.slice(0, 2), id.slice(2, 4), id)
  }
}
