/**
 * The public keys of signing profiles: files that whoever runs the server has put into its data directory, at
 * `<account>/<profile>/<version>.pem`. To take a version back, delete its file.
 *
 * What it is not: it makes no keys and signs nothing; openssl does (README.md, "A signing profile"). Called by: package-signature.ts.
 */
import { type KeyObject, createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Log } from '../../../kernel/log.ts'
import { parseSigningProfile } from './config.ts'

export class SigningKeys {
  readonly #directory: string | undefined
  readonly #log: Log

  /** @param directory undefined: there are no profiles */
  constructor(directory: string | undefined, log: Log) {
    this.#directory = directory
    this.#log = log
  }

  /** Read anew each time: few deployments are signed, and a key may go at any time. @param arn of a profile's version */
  async find(arn: string): Promise<KeyObject | undefined> {
    // The form keeps the path below the directory.
    const profile = parseSigningProfile(arn)
    if (this.#directory === undefined || !profile) return undefined
    const { account, name, version } = profile
    const file = path.join(this.#directory, account, name, `${version}.pem`)
    try {
      const key = createPublicKey(await readFile(file))
      if (key.asymmetricKeyDetails?.namedCurve === 'secp384r1') return key
      this.#log.warn({ file }, 'a signing profile needs a public key of the curve P-384')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#log.warn({ file, error }, 'the key of a signing profile cannot be read')
      }
    }
    return undefined
  }
}
