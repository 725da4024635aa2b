/**
 * What a code signing configuration does to a deployment: every package has to be signed by one of its publishers.
 * What is not is let through with a warning or refused, as the configuration says; what was changed after it had been
 * signed is refused by either. Source: developer guide, "Signature validation"; API reference of the two errors.
 * Called by: the operations that deploy code or add layers.
 */
import type { Scope } from '../../../kernel/brand.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Log } from '../../../kernel/log.ts'
import type { CodeStore } from '../code-store.ts'
import type { LambdaService } from '../lambda-service.ts'
import { findSetting } from '../settings/tables.ts'
import type { LayerReference } from '../state.ts'
import type { LambdaTables } from '../tables.ts'
import type { CodeSigningRecord } from './config.ts'
import { verifyPackage } from './package-signature.ts'
import type { SigningKeys } from './signing-keys.ts'
import { findCodeSigning } from './tables.ts'

export class Signatures {
  readonly #keys: SigningKeys
  readonly #code: CodeStore
  readonly #clock: Clock
  readonly #log: Log

  constructor(keys: SigningKeys, code: CodeStore, clock: Clock, log: Log) {
    this.#keys = keys
    this.#code = code
    this.#clock = clock
    this.#log = log
  }

  /**
   * @param config of the function; undefined: it may have any code
   * @returns the ARN of the profile version that has signed the code
   * @throws ServiceError `CodeVerificationFailedException`, `InvalidCodeSignatureException`
   */
  async checkCode(
    config: CodeSigningRecord | undefined,
    functionName: string,
    zip: Uint8Array,
  ): Promise<string | undefined> {
    return config && (await this.#check(config, functionName, zip))
  }

  /** As `checkCode`, of layers that a function is to get. */
  async checkLayers(
    config: CodeSigningRecord | undefined,
    layers: readonly LayerReference[],
  ): Promise<void> {
    if (!config) return
    for (const { arn, code } of layers) await this.#check(config, arn, await this.#code.read(code))
  }

  /** @param name as refusals name it */
  async #check(
    config: CodeSigningRecord,
    name: string,
    zip: Uint8Array,
  ): Promise<string | undefined> {
    const { publishers, policy } = config
    const verdict = await verifyPackage(zip, publishers, this.#keys, this.#clock.nowMs())
    if (verdict.is === 'trusted') return verdict.by
    this.#log.warn({ package: name, verdict: verdict.is, policy }, 'a package is not trusted')
    if (verdict.is === 'broken') {
      // The model's own description of this error.
      throw new ServiceError(
        'InvalidCodeSignatureException',
        'The code signature failed the integrity check. If the integrity check fails, then Lambda blocks deployment, even if the code signing policy is set to WARN.',
      )
    }
    if (policy === 'Warn') return undefined
    // As users report it.
    throw new ServiceError(
      'CodeVerificationFailedException',
      `Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for ${name}.`,
    )
  }
}

/** The configuration that a function has; undefined when it has none. */
export async function codeSigningOf(
  service: LambdaService,
  scope: Scope,
  functionName: string,
): Promise<CodeSigningRecord | undefined> {
  const db = service.store.reader<LambdaTables>()
  const owner = { ...scope, functionName, qualifier: '' }
  const setting = await findSetting(db, 'codeSigning', owner)
  return setting && (await findCodeSigning(db, scope, setting.configArn))
}
