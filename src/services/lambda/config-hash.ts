import { createHash } from 'node:crypto'
import type { VersionConfig } from './state.ts'

/**
 * ConfigSha256: base64, as CodeSha256 is. What AWS hashes is not documented, so that its values cannot be had; this one
 * has the meaning of theirs: it changes when the configuration does, and not with the code.
 */
export function configSha256(config: VersionConfig): string {
  const {
    code: _code,
    codeBytes: _codeBytes,
    codeSha256: _codeSha256,
    unzippedBytes: _unzippedBytes,
    signedBy: _signedBy,
    ...settings
  } = config
  return createHash('sha256').update(JSON.stringify(settings, withSortedKeys)).digest('base64')
}

/** The same text whatever the order in which a request had its members. */
function withSortedKeys(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
