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
    } catch (error) {
      if (error instanceof Hopeless) throw error.cause
      lastError = error
    }
    if (performance.now() >= deadline) {
      const limit = `${what}: not within ${timeoutMs / 1000} s`
      throw new Error(lastError === undefined ? limit : `${limit}: ${wordsOf(lastError)}`, {
        cause: lastError,
      })
    }
    await delay(intervalMs)
  }
}

/** A refused connection to several addresses has a code and no message. */
const wordsOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string }
  return [message, code, String(error)].find((words) => words !== undefined && words !== '') ?? ''
}

/** Thrown by a probe that knows that waiting longer is in vain; its cause is what `waitUntil` throws. */
export class Hopeless extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message)
  }
}
