/** The retry schedule: four tries in all, 1 s, 2 s and 4 s apart. */

export const RETRY_DELAYS_MS = [1000, 2000, 4000] as const

/** How many publishes may fail before a row is FAILED. */
export const MAX_ATTEMPTS = RETRY_DELAYS_MS.length + 1

/**
 * How long to wait after a failed attempt.
 * @param failedAttempts how many have failed so far, this one included
 * @returns milliseconds, or undefined when no try is left
 */
export function retryDelayMs(failedAttempts: number): number | undefined {
  return RETRY_DELAYS_MS[Math.max(failedAttempts, 1) - 1]
}
