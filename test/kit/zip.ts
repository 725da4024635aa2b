import { zipSync } from 'fflate'

/** The same files are the same bytes. */
const mtime = '2026-01-01T00:00:00'

/** A deployment package of text files, by their paths. Executable ones end in `bootstrap`. */
export function zip(files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files).map(([name, text]) => {
    const mode = name.endsWith('bootstrap') ? 0o755 : 0o644
    // The upper half of the external attributes holds the Unix mode, as `zip` on Linux writes it.
    return [name, [new TextEncoder().encode(text), { os: 3, attrs: mode << 16, mtime }]] as const
  })
  return zipSync(Object.fromEntries(entries) as never)
}
