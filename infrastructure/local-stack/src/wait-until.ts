/** Waits for a condition with a deadline: the only way anything here waits. */
import { setTimeout as delay } from 'node:timers/promises'

export interface WaitOptions {
  readonly timeoutMs: number
  readonly intervalMs?: number
}

/**
 * Asks `probe` until it answers with something other than undefined.
 * @throws the last error of the probe, or a plain one, when the time is up.
 */
export const waitUntil = async <T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  { timeoutMs, intervalMs = 50 }: WaitOptions,
): Promise<T> => {
  const deadline = performance.now() + timeoutMs
  let lastError: unknown
  for (;;) {
    try {
      const answer = await probe()
      if (answer !== undefined) return answer
      lastError = undefined
    } catch (error) {
      if (error instanceof Hopeless) throw error.cause
      lastError = error
    }
    if (performance.now() >= deadline) {
      const because = lastError instanceof Error ? `: ${lastError.message}` : ''
      throw new Error(`${what}: not within ${Math.round(timeoutMs / 1000)} s${because}`, { cause: lastError })
    }
    await delay(intervalMs)
  }
}

/** Thrown by a probe that knows that waiting longer is in vain; its cause is what `waitUntil` throws. */
export class Hopeless extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message)
  }
}
