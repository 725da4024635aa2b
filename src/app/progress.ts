import type { Progress } from '../runtimes/node-package.mjs'
import { type ProgressBar, progressBar } from '../runtimes/progress-bar.mjs'

let bar: ProgressBar | undefined

/** Draws a download on the terminal, from its first byte to its last; the log has said before what it is of. */
export function showProgress(progress: Progress): void {
  // Totals are approximate: what comes after the end belongs to a download that is shown as done.
  if (!bar && progress.bytes >= progress.bytesTotal) return
  bar ??= progressBar('downloading', process.stderr)
  bar.update(progress)
  if (progress.bytes < progress.bytesTotal) return
  bar.end('done')
  bar = undefined
}
