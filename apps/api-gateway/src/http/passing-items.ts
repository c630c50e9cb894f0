/** Holds what comes and goes all the time, in places that are used again. */

/**
 * A Set would do, but for the garbage collector: V8 gives a Set that has lived for long a new table now and then, beside the
 * long-lived objects, and what stood in the old table is kept until the next full collection. Of requests, with all that
 * hangs on them, that was the half of what those collections had to do.
 */
export class PassingItems<T> implements Iterable<T> {
  private readonly places: (T | undefined)[] = []
  private readonly free: number[] = []

  get size(): number {
    return this.places.length - this.free.length
  }

  /** @returns what takes it out again, to be called once */
  add(item: T): () => void {
    const place = this.free.pop() ?? this.places.length
    this.places[place] = item
    return () => {
      this.places[place] = undefined
      this.free.push(place)
    }
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const item of this.places) if (item !== undefined) yield item
  }
}
