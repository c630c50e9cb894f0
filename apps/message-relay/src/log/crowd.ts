/** Tells the first few of a kind in a cycle one by one, and the rest of the cycle in one line when it is over. */
export interface Rest {
  readonly count: number
  readonly example: string | undefined
}

interface Cycle {
  readonly until: number
  told: number
  rest: number
  example: string | undefined
}

export class Crowd {
  private readonly cycles = new Map<string, Cycle>()

  constructor(
    private readonly monotonicMs: () => number,
    private readonly cycleMs: number,
    /** So many are told one by one. */
    private readonly few: number,
    private readonly tellRest: (kind: string, rest: Rest) => void,
  ) {}

  /** True where it is to be told by itself; else `count` of them are counted. */
  mayTell(kind: string, count = 1, example?: string): boolean {
    this.flush()
    let cycle = this.cycles.get(kind)
    if (!cycle) {
      cycle = { until: this.monotonicMs() + this.cycleMs, told: 0, rest: 0, example: undefined }
      this.cycles.set(kind, cycle)
    }
    if (cycle.told < this.few) {
      cycle.told += 1
      return true
    }
    cycle.rest += count
    cycle.example ??= example
    return false
  }

  /** Ends the cycles that are over; to be called now and then, for it has no timer. */
  flush(): void {
    const now = this.monotonicMs()
    for (const [kind, { until, rest, example }] of this.cycles) {
      if (now < until) continue
      this.cycles.delete(kind)
      if (rest > 0) this.tellRest(kind, { count: rest, example })
    }
  }
}
