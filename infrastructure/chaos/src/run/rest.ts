/** Waits until nothing is on its way any more. */
import { waitUntil } from '@infinite-scribe/local-stack'
import { withClient } from '../system/database'
import type { System } from '../system/system'

const WITHIN_MS = 45_000

/**
 * Resolves when every message is SENT or FAILED for good: those for the missing topic too.
 * @throws when that takes too long
 */
export async function comesToRest({ databaseUrl }: System, signal: AbortSignal): Promise<void> {
  await waitUntil(
    'the end of the backlog',
    () =>
      withClient(databaseUrl, async (client) => {
        const { rows } = await client.query<{ waiting: number }>(
          `SELECT count(*)::integer AS waiting FROM event_outbox
            WHERE status = 'PENDING' OR status = 'FAILED' AND will_retry`,
        )
        return signal.aborted || rows[0]?.waiting === 0 ? true : undefined
      }),
    { timeoutMs: WITHIN_MS, intervalMs: 200 },
  )
  signal.throwIfAborted()
}
