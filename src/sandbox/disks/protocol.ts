/** What the server and its disk thread say to each other: each request has one reply with its number. */

export interface ThreadSettings {
  /** On the disk where file systems are to be: nothing ever shows in it. */
  readonly directory: string
  /** Below it they are mounted. Made by the thread. */
  readonly mountPoint: string
}

export type ThreadRequest = { readonly id: number } & (
  | { readonly kind: 'open' }
  | { readonly kind: 'make'; readonly megabytes: number }
  /** One that was made, by its path. Replied to when nothing of it is left. */
  | { readonly kind: 'remove'; readonly path: string }
  /** Before the thread's end. */
  | { readonly kind: 'close' }
)

export type ThreadReply = { readonly id: number } & (
  | {
      /** Of `make`: where it is mounted; undefined when the disk below has too little room. */
      readonly path: string | undefined
    }
  | {
      /** Words; for the terminal, with what to do, if `isMissing`. */
      readonly failure: string
      readonly isMissing: boolean
    }
)
