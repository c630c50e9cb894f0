/** A seeded source of chance: the same seed gives the same schedule. */

export class Chance {
  private state: number

  constructor(seed: number) {
    // Neighbouring seeds must not give neighbouring schedules.
    this.state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) >>> 0
  }

  /** A number in [0, 1) (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = this.state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  /** A whole number in [least, most]. */
  from(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** A number in [least, most). */
  between(least: number, most: number): number {
    return least + this.next() * (most - least)
  }

  happens(probability: number): boolean {
    return probability > 0 && this.next() < probability
  }

  /** @throws {Error} when there is nothing to choose from */
  oneOf<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)]
    if (chosen === undefined) throw new Error('nothing to choose from')
    return chosen
  }
}
