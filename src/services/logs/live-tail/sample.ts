/**
 * At most so many of all the events of a second, spread evenly over it: every n-th, where n doubles whenever there are
 * too many. Until there are, all of them.
 */
import { tailUpdateBytesMax, tailUpdateEventsMax } from '../limits.ts'

export class Sample<Event> {
  #kept: { readonly event: Event; readonly bytes: number }[] = []
  #bytes = 0
  /** Every how many-th is kept. */
  #stride = 1
  #offered = 0

  add(event: Event, bytes: number): void {
    if (this.#offered % this.#stride === 0) {
      this.#kept.push({ event, bytes })
      this.#bytes += bytes
    }
    this.#offered += 1
    // Twice as many are kept as are given, so that what is given is never fewer than may be.
    while (this.#kept.length > 2 * tailUpdateEventsMax) this.#thin()
    while (this.#bytes > tailUpdateBytesMax && this.#kept.length > 1) this.#thin()
  }

  /** What it has, and begins anew. */
  take(): { events: Event[]; isSampled: boolean } {
    const kept = this.#kept
    const count = Math.min(kept.length, tailUpdateEventsMax)
    const events = Array.from({ length: count }, (_, index) => {
      const at = Math.floor((index * kept.length) / count)
      return (kept[at] as { event: Event }).event
    })
    const isSampled = events.length < this.#offered
    this.#kept = []
    this.#bytes = 0
    this.#stride = 1
    this.#offered = 0
    return { events, isSampled }
  }

  #thin(): void {
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0)
    this.#bytes = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#stride *= 2
  }
}
