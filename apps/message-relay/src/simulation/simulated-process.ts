/** A process in virtual time: what happens inside it waits while it is frozen, and never happens after its end. */
import type { Scheduler } from './scheduler'

export class SimulatedProcess {
  alive = true
  private thawAt = 0

  /** @param id what the database knows it by; @param name what a trace calls it */
  constructor(
    readonly id: string,
    readonly name: string,
    private readonly scheduler: Scheduler,
  ) {}

  /** Lets `action` happen in this process `delayMs` from now; the answer calls it off. */
  inside(delayMs: number, action: () => void): () => void {
    let calledOff = false
    const happen = (): void => {
      if (calledOff || !this.alive) return
      const frozenMs = this.thawAt - this.scheduler.now
      if (frozenMs > 0) scheduled = this.scheduler.after(frozenMs, '', happen)
      else action()
    }
    let scheduled = this.scheduler.after(delayMs, '', happen)
    return () => {
      calledOff = true
      scheduled.cancel()
    }
  }

  get awake(): boolean {
    return this.alive && this.thawAt <= this.scheduler.now
  }

  freeze(forMs: number): void {
    this.thawAt = Math.max(this.thawAt, this.scheduler.now + forMs)
    this.scheduler.note(() => `${this.name}: frozen for ${forMs.toFixed(0)} ms`)
  }

  die(): void {
    this.alive = false
    this.scheduler.note(() => `${this.name}: dead`)
  }
}
