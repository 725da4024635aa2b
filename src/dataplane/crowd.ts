/**
 * How many invocations of quick functions are under way, as those see it that come: the average says more than a look
 * now and then, which mostly finds a moment in which many have just been answered. Called by: dataplane.ts.
 */
export class Crowd {
  #underWay = 0
  #came = 0
  #sum = 0

  enter(): void {
    this.#underWay += 1
    this.#came += 1
    this.#sum += this.#underWay
  }

  leave(): void {
    this.#underWay -= 1
  }

  /** Of those that came since it was asked last, each counted in; 0 when none came. */
  average(): number {
    const average = this.#came === 0 ? 0 : this.#sum / this.#came
    this.#came = 0
    this.#sum = 0
    return average
  }
}
