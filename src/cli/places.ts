/** Where things are when nobody says so: the same for the server and for the commands that look for it. */
import os from 'node:os'
import path from 'node:path'

export const defaultPort = 4566

export function dataDirectory(): string {
  const data = process.env['XDG_DATA_HOME'] ?? path.join(os.homedir(), '.local', 'share')
  return path.join(data, 'lambdad')
}

export function cacheDirectory(): string {
  const { LAMBDAD_CACHE_DIR, XDG_CACHE_HOME } = process.env
  return (
    LAMBDAD_CACHE_DIR ?? path.join(XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'lambdad')
  )
}

/** Where the user's AWS client will look, as far as the environment tells. */
export function defaultRegion(): string {
  return process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1'
}
