/** The clock of the machine. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from './pipeline/ports'

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => delay(ms),
}
