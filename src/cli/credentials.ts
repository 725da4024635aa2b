/**
 * What requests to the server are signed with. Never the keys of a user's AWS account, unless they are in the
 * environment: a profile in ~/.aws is not looked at.
 */
import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { CliError } from './failure.ts'
import { dataDirectory } from './places.ts'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** For a server that believes every credential. */
const anyKeys: Keys = { accessKeyId: 'test', secretAccessKey: 'test' }

/**
 * In this order: the environment's; those of the file that AWS_SHARED_CREDENTIALS_FILE names; those that a server with
 * `--auth on` has left in its data directory, if this user may read them; any.
 * @throws CliError when a file that was named does not have them
 */
export async function findKeys(environment = process.env): Promise<Keys> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment
  if (AWS_ACCESS_KEY_ID !== undefined && AWS_ACCESS_KEY_ID !== '')
    return keys(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)
  const named = environment['AWS_SHARED_CREDENTIALS_FILE']
  if (named !== undefined && named !== '')
    return await fromFile(named, environment['AWS_PROFILE'] ?? 'default')
  const left = path.join(dataDirectory(), 'credentials')
  const mayRead = await access(left, constants.R_OK).then(
    () => true,
    () => false,
  )
  return mayRead ? await fromFile(left, 'default') : anyKeys
}

async function fromFile(file: string, profile: string): Promise<Keys> {
  const { loadSharedConfigFiles } = await import('@smithy/core/config')
  const { credentialsFile } = await loadSharedConfigFiles({
    filepath: file,
    configFilepath: '/dev/null',
  })
  const found = credentialsFile[profile]
  const id = found?.['aws_access_key_id']
  if (id === undefined)
    throw new CliError(
      `${file} has no aws_access_key_id for the profile ${profile}. Name another file with AWS_SHARED_CREDENTIALS_FILE or another profile with AWS_PROFILE.`,
    )
  return keys(id, found?.['aws_secret_access_key'], found?.['aws_session_token'])
}

function keys(id: string, secret: string | undefined, token: string | undefined): Keys {
  const base = { accessKeyId: id, secretAccessKey: secret ?? anyKeys.secretAccessKey }
  return token === undefined || token === '' ? base : { ...base, sessionToken: token }
}
