/** What the server asks of its disk thread. */

export interface ThreadSettings {
  /** On the disk where file systems are to be: nothing ever shows in it. */
  readonly directory: string
  /** Below it they are mounted. Made by the thread. */
  readonly mountPoint: string
}

export type ThreadRequest =
  | { readonly kind: 'open' }
  /** Answered with where it is mounted; undefined when the disk below has too little room. */
  | { readonly kind: 'make'; readonly megabytes: number }
  /** One that was made, by its path. Answered when nothing of it is left. */
  | { readonly kind: 'remove'; readonly path: string }
  /** Before the thread's end. */
  | { readonly kind: 'close' }
