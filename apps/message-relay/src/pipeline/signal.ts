/** A wake-up inside the process: many signals before the next wait are one. */
import type { WakeUp } from './ports'

/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

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
        const timer = setTimeout(resolve, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS))
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
