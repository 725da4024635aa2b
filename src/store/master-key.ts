/**
 * The key everything at rest is encrypted under: 32 random bytes, as 64 hex digits in a file that only its
 * owner may read. It encrypts nothing itself: each use derives a key of its own from it, so that no two uses
 * ever share one.
 *
 * Without the file nothing that was encrypted can be read again: it belongs in the backup, elsewhere than
 * the data. `openssl rand -hex 32` makes one.
 */
import { hkdfSync, randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'

import { absentAsUndefined, writeDurably } from './durable-file.ts'

const keyBytes = 32

/** The key file cannot be used; the message says why and what to do, for a person at a terminal. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError'
}

export class MasterKey {
  readonly #secret: Uint8Array

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  /** 32 bytes for one purpose (`lambdad blobs`), the same each time. HKDF-SHA-256, RFC 5869. */
  derive(purpose: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(hkdfSync('sha256', this.#secret, '', purpose, keyBytes))
  }
}

/**
 * Reads the key.
 * @param whenMissing `create` for the file in the data directory, `refuse` for one the operator named.
 * @throws MasterKeyError when others may read the file, or it is no key, or it is missing and not to be made.
 */
export async function openMasterKey(
  file: string,
  whenMissing: 'create' | 'refuse',
): Promise<MasterKey> {
  const known = await readKey(file)
  if (known !== undefined) return known
  if (whenMissing === 'refuse') {
    const words = `Name the file of the key, or make one: (umask 077; openssl rand -hex 32 > ${file})`
    throw new MasterKeyError(`There is no key file ${file}. ${words}`)
  }
  const secret = randomBytes(keyBytes)
  // Left by a server that died here.
  await rm(`${file}.new`, { force: true })
  await writeDurably(file, `${file}.new`, [Buffer.from(`${secret.toString('hex')}\n`)])
  return new MasterKey(secret)
}

async function readKey(file: string): Promise<MasterKey | undefined> {
  const handle = await open(file, 'r').catch(absentAsUndefined)
  if (handle === undefined) return undefined
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw new MasterKeyError(`The key file ${file} is not a regular file.`)
    if ((status.mode & 0o077) !== 0) {
      const mode = (status.mode & 0o777).toString(8).padStart(4, '0')
      const words = `The key file ${file} is open to other users (mode ${mode}).`
      throw new MasterKeyError(`${words} Run: chmod 600 ${file}`)
    }
    // A little more than a key, so that a longer file is noticed and a huge one is not read.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0)
    const text = buffer.toString('latin1', 0, bytesRead).trim()
    if (!/^[0-9a-fA-F]{64}$/.test(text)) {
      throw new MasterKeyError(`The key file ${file} is not a key: it should hold 64 hex digits.`)
    }
    return new MasterKey(Buffer.from(text, 'hex'))
  } finally {
    await handle.close()
  }
}
