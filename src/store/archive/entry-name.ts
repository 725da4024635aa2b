/** Names of entries: from hostile bytes to a relative path without surprises, or refused. */
import { isUtf8 } from 'node:buffer'
import { getFileNameLowLevel } from 'yauzl'
import type { Entry } from 'yauzl'

import { ArchiveError } from './archive-error.ts'

/** Linux: NAME_MAX. */
const componentBytesMax = 255
/** Well below Linux's PATH_MAX of 4096, which counts where the code is unpacked and mounted as well. */
const pathBytesMax = 2048

const utf8Flag = 0x800

/**
 * The path below the root, components joined by `/`; empty for the root itself (`./`). `.` components are
 * dropped.
 * @param unix whether the archive was made on a Unix.
 * @throws ArchiveError `path-traversal` or `invalid-name`.
 */
export function pathOf(entry: Entry, unix: boolean): string {
  const name = decode(entry, unix)
  const shown = JSON.stringify(name.slice(0, 100))
  if (name.includes('\0')) throw invalid(`NUL in the name ${shown}`)
  if (name.includes('\\')) throw invalid(`backslash in the name ${shown}`)
  if (name.startsWith('/') || /^[a-z]:\//i.test(name)) {
    throw new ArchiveError('path-traversal', `the name ${shown} is absolute`)
  }
  if (Buffer.byteLength(name) > pathBytesMax) throw invalid(`the name ${shown}... is too long`)
  const components = (name.endsWith('/') ? name.slice(0, -1) : name).split('/')
  for (const component of components) {
    if (component === '..') {
      throw new ArchiveError('path-traversal', `the name ${shown} leads upwards`)
    }
    if (component === '') throw invalid(`the name ${shown} has an empty component`)
    if (Buffer.byteLength(component) > componentBytesMax) {
      throw invalid(`the name ${shown} has a component that is too long`)
    }
  }
  return components.filter((component) => component !== '.').join('/')
}

/**
 * UTF-8 where the entry says so, else code page 437. macOS writes UTF-8 and does not say so: on Unix,
 * what is valid UTF-8 is taken as such.
 */
function decode(entry: Entry, unix: boolean): string {
  const raw = entry.fileNameRaw
  const valid = isUtf8(raw)
  const claimed = (entry.generalPurposeBitFlag & utf8Flag) !== 0
  if (claimed && !valid) throw invalid('a name that claims to be UTF-8 is not')
  const flags = unix && valid ? entry.generalPurposeBitFlag | utf8Flag : entry.generalPurposeBitFlag
  // "Strict" leaves backslashes as they are, to be refused above.
  return getFileNameLowLevel(flags, raw, entry.extraFields, true)
}

function invalid(message: string): ArchiveError {
  return new ArchiveError('invalid-name', message)
}
