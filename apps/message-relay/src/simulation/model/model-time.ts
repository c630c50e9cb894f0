/** The clock and the wake-up of a process that lives in virtual time. */
import type { Clock, WakeUp } from '../../pipeline/ports'

/** Lets `action` happen after `ms`; the answer calls it off. */
export type Timer = (ms: number, action: () => void) => () => void

export class ModelClock implements Clock {
  /** @param monotonic the process's own milliseconds; @param wall what its calendar says */
  constructor(
    private readonly monotonic: () => number,
    private readonly wall: () => Date,
    private readonly timer: Timer,
  ) {}

  now(): Date {
    return this.wall()
  }

  monotonicMs(): number {
    return this.monotonic()
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.timer(ms, resolve))
  }
}

export class ModelWakeUp implements WakeUp {
  private signalled = false
  private waiting: (() => void) | undefined

  constructor(private readonly timer: Timer) {}

  wake(): void {
    this.signalled = true
    this.waiting?.()
  }

  async orAfter(ms: number): Promise<void> {
    if (!this.signalled) {
      await new Promise<void>((resolve) => {
        const callOff = this.timer(Math.max(ms, 0), resolve)
        this.waiting = () => {
          callOff()
          resolve()
        }
      })
      this.waiting = undefined
    }
    this.signalled = false
  }
}
