/** When to look again: at a signal, but not more often than pays, and now and then without one. */

export interface WakeUpSettings {
  /** How long without a signal, in milliseconds. */
  readonly pollMs: number
  /** The least time between two looks that signals asked for, in milliseconds. */
  readonly gapMs: number
}

type Asked = 'no' | 'soon' | 'now'

export class WakeUps {
  private asked: Asked = 'no'
  private failure: Error | undefined
  private lookedAt = Number.NEGATIVE_INFINITY
  private changed: (() => void) | undefined

  constructor(private readonly settings: WakeUpSettings) {}

  /** There is something new. */
  wake(): void {
    if (this.asked === 'no') this.asked = 'soon'
    this.changed?.()
  }

  /** Somebody waits for the answer. */
  wakeNow(): void {
    this.asked = 'now'
    this.changed?.()
  }

  /** There is nothing to look at any more: {@link next} throws this until {@link reset}. */
  fail(error: Error): void {
    this.failure = error
    this.changed?.()
  }

  reset(): void {
    this.failure = undefined
  }

  /** Resolves when it is time to look, at most one at a time. @param poll whether to look without a signal too */
  async next(poll: boolean): Promise<void> {
    const pollAt = poll ? performance.now() + this.settings.pollMs : Number.POSITIVE_INFINITY
    for (;;) {
      if (this.failure) throw this.failure
      const now = performance.now()
      const due = this.dueAt(pollAt)
      if (due <= now) {
        this.asked = 'no'
        this.lookedAt = now
        return
      }
      await this.change(due - now)
    }
  }

  private dueAt(pollAt: number): number {
    if (this.asked === 'now') return Number.NEGATIVE_INFINITY
    return this.asked === 'soon' ? this.lookedAt + this.settings.gapMs : pollAt
  }

  private async change(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.changed = resolve
      if (withinMs !== Number.POSITIVE_INFINITY) timer = setTimeout(resolve, withinMs)
    })
    clearTimeout(timer)
    this.changed = undefined
  }
}
