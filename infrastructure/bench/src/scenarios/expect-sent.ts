/** What a relay must have done once the load is over. */
import { setTimeout as delay } from 'node:timers/promises'
import { countOf, type BenchDatabase } from '../environment/bench-databases'
import type { BenchContext } from '../scenario'

const LAST_RECORDS_MS = 30_000

/**
 * Waits until each accepted command is a record, and its row is SENT or no longer kept.
 * @throws when rows are still open after half a minute, or there are more records than commands, or fewer
 */
export async function expectSent(
  { topics }: BenchContext,
  { url }: BenchDatabase,
  topic: string,
  accepted: number,
): Promise<void> {
  const open = `SELECT count(*) FROM event_outbox WHERE status <> 'SENT'`
  const deadline = performance.now() + LAST_RECORDS_MS
  while ((await countOf(url, open)) > 0) {
    if (performance.now() > deadline) throw new Error('the outbox did not drain')
    await delay(100)
  }
  const records = await topics.count(topic)
  if (records !== accepted) throw new Error(`${accepted} commands were accepted and ${records} records sent`)
}
