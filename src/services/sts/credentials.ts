/** Temporary keys as the API shows them. */
import type { Credentials } from '@aws-sdk/client-sts'
import type { NewTemporaryKey } from '../../access/index.ts'

/** Times are whole seconds. */
export function shownCredentials(key: NewTemporaryKey): Credentials {
  return {
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    SessionToken: key.sessionToken,
    Expiration: new Date(Math.floor(key.expiresAtMs / 1000) * 1000),
  }
}
