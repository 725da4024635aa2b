/**
 * Everything started is owned. `start` functions give back an `AsyncDisposable`; a `Lifecycle` disposes
 * of what it owns in reverse order, every one of them even when an earlier one fails.
 */
export class Lifecycle implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack()

  /** Takes ownership and gives the resource back. */
  own<T extends AsyncDisposable | Disposable>(resource: T): T {
    return this.#stack.use(resource)
  }

  /** Runs at disposal, in its place of the order. */
  onEnd(action: () => void | Promise<void>): void {
    this.#stack.defer(action)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}
