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

export const LONGEST_REST_MS = 30_000

/**
 * How long a record rests that fails alone while others are sent. For its first four tries no longer than the table
 * makes it wait.
 * @param failures how often it has failed so, the last one included
 * @returns milliseconds: none, 2 s, 4 s …
 */
export function restMs(failures: number): number {
  return failures < 2 ? 0 : Math.min(1000 * 2 ** (failures - 1), LONGEST_REST_MS)
}
