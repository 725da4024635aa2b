/**
 * Lets a few environments start at a time. A burst that started all of its sandboxes at once would make each
 * of them slower than starting them in turn, and the init phase has a time limit.
 */
export class StartGate {
  readonly #width: number
  #inside = 0
  readonly #queue: (() => void)[] = []

  constructor(width: number) {
    this.#width = width
  }

  /** Resolves with the function that leaves again. First come, first served. */
  async enter(): Promise<() => void> {
    if (this.#inside >= this.#width) {
      await new Promise<void>((resolve) => this.#queue.push(resolve))
    } else {
      this.#inside += 1
    }
    let left = false
    return () => {
      if (left) return
      left = true
      const next = this.#queue.shift()
      if (next) next()
      else this.#inside -= 1
    }
  }
}
