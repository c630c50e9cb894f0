/** A wake-up inside the process: many signals before the next wait are one. */
import type { WakeUp } from './ports'

/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** Timers drop fractions and may fire that much early: whoever wakes before his time has to look twice. */
const EARLY_MS = 1

export class Signal implements WakeUp {
  private signalled = false
  private waiting: (() => void) | undefined

  wake(): void {
    this.signalled = true
    this.waiting?.()
  }

  async orAfter(ms: number): Promise<void> {
    if (!this.signalled) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(Math.ceil(Math.max(ms, 0)) + EARLY_MS, LONGEST_TIMER_MS))
        this.waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.waiting = undefined
    }
    this.signalled = false
  }
}
