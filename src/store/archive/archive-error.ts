/**
 * Why an archive is refused:
 * - `empty`: no bytes, or no entries;
 * - `not-a-zip`: nothing in it looks like one;
 * - `too-large`: unpacked it would be larger than the limit;
 * - `too-many-entries`: more entries, or directories they imply, than the limit;
 * - `path-traversal`: an absolute path or one with `..`;
 * - `invalid-name`: backslash, NUL, an empty or too long component, bytes that are not the text they claim;
 * - `duplicate-name`: two entries of one path, or one that is a file to one and a directory to another;
 * - `link-escape`: a symbolic link that leads out, or an entry whose path leads through a link;
 * - `unsupported-type`: a device, a named pipe, a socket;
 * - `encrypted`, `unsupported-method`: neither stored nor deflated;
 * - `overlapping`: two entries share bytes, or an entry shares them with the directory;
 * - `corrupt`: truncated, wrong checksum, sizes that are not true, structures that contradict each other.
 */
export type ArchiveErrorCode =
  | 'empty'
  | 'not-a-zip'
  | 'too-large'
  | 'too-many-entries'
  | 'path-traversal'
  | 'invalid-name'
  | 'duplicate-name'
  | 'link-escape'
  | 'unsupported-type'
  | 'encrypted'
  | 'unsupported-method'
  | 'overlapping'
  | 'corrupt'

/** The archive is refused. The message is for lambdad's log; the answer to a client is its service's. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  readonly code: ArchiveErrorCode

  constructor(code: ArchiveErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
