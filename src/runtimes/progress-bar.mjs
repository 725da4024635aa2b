/**
 * A progress bar on a terminal; one line at the start and one at the end anywhere else (a CI log).
 * Plain JavaScript for the launcher's sake: see node-package.mjs.
 * @type {typeof import('./progress-bar.d.mts').progressBar}
 */
export function progressBar(label, stream) {
  const width = 24
  if (!stream.isTTY) stream.write(`${label} ...\n`)
  let shown = ''
  return {
    update({ bytes, bytesTotal }) {
      if (!stream.isTTY) return
      const share = bytesTotal === 0 ? 0 : Math.min(1, bytes / bytesTotal)
      const filled = Math.round(share * width)
      const bar = '#'.repeat(filled) + '.'.repeat(width - filled)
      const line = `${label} [${bar}] ${Math.floor(share * 100)}% of ${Math.round(bytesTotal / 1e6)} MB`
      if (line === shown) return
      shown = line
      stream.write(`\r${line}\u001b[K`)
    },
    end(word) {
      stream.write(stream.isTTY ? `\r${label}: ${word}\u001b[K\n` : `${label}: ${word}\n`)
    },
  }
}
