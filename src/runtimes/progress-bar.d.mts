import type { Progress } from './node-package.mjs'

export interface ProgressBar {
  readonly update: (progress: Progress) => void
  /** Closes the line with one word: `done`, `failed`. */
  readonly end: (word: string) => void
}

/** @param stream where to draw: standard error, usually. */
export function progressBar(
  label: string,
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
): ProgressBar
