/** Waits for a condition instead of sleeping. */
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Calls `check` until it returns a truthy value (a throw counts as not yet) and returns that value.
 * @param withinMs how long to wait before giving up with the last error; unless given 20 s, for a machine may be busy
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  withinMs = 20_000,
  everyMs = 20,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const value: unknown = await check()
      if (value) return value as NonNullable<T>
      last = new Error(
        `the condition did not hold within ${withinMs} ms; last value: ${JSON.stringify(value)}`,
      )
    } catch (error) {
      last = error
    }
    if (Date.now() >= deadline) throw last
    await delay(everyMs)
  }
}
