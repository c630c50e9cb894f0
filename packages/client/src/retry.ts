/** Repeats a call that is safe to repeat, until it is answered or the tries are used up. */
import { delay } from './abortable-delay'
import { ConnectionError, isApiError, type ApiError } from './api-error'

export interface RetryPolicy {
  /** How often a call is made at most. */
  readonly attempts: number
  /** Before the second try, in milliseconds; it doubles with every further one. */
  readonly firstDelayMs: number
  /** No wait is longer; a Retry-After beyond it ends the tries. */
  readonly maxDelayMs: number
}

export const RETRY_POLICY: RetryPolicy = { attempts: 5, firstDelayMs: 250, maxDelayMs: 15_000 }

/** Whether what failed may succeed later: no answer, or 503 (OUTCOME_UNKNOWN too: the same key settles it). */
export function isPassing(error: unknown): error is ApiError | ConnectionError {
  return error instanceof ConnectionError || (isApiError(error) && error.status === 503)
}

/**
 * How long to wait before try `next` (the second is 2), in milliseconds: jitter, so that those who failed together
 * do not come back together, on top of what the gateway asked for; undefined when that is too long.
 */
export function waitBefore(
  next: number,
  error: ApiError | ConnectionError,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number | undefined {
  const asked = (isApiError(error) ? error.retryAfterMs : undefined) ?? 0
  if (asked > policy.maxDelayMs) return undefined
  const spread = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (next - 2))
  return Math.min(policy.maxDelayMs, asked + random() * spread)
}

/**
 * What `call` answers in the end.
 * @throws the last error when the tries are used up, any other error at once, or the signal's reason.
 */
export async function withRetries<T>(
  call: () => Promise<T>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      signal?.throwIfAborted()
      if (!isPassing(error) || attempt >= policy.attempts) throw error
      const ms = waitBefore(attempt + 1, error, policy)
      if (ms === undefined) throw error
      await delay(ms, signal)
    }
  }
}
