/** Reads a session's events as the envelopes that were sent. */
import { AGGREGATE_TYPE, type DomainEventRow, type EventEnvelope } from '@infinite-scribe/shared-types'
import type { Transaction } from '../commands/unit-of-work'
import { statement } from '../database/statement'

const select = statement<Omit<DomainEventRow, 'id'>>(
  'read-history',
  `SELECT event_id, correlation_id, causation_id, event_type, event_version, aggregate_type, aggregate_id,
          aggregate_version, payload, metadata, created_at
     FROM domain_events
    WHERE aggregate_id = ?::text AND aggregate_type = ?::text AND aggregate_version > ?::bigint
    ORDER BY aggregate_version LIMIT ?::int`,
)

/** At most `limit` envelopes after the aggregate_version `after`, and the version to go on after where there are more. */
export async function readHistory(
  tx: Transaction,
  sessionId: string,
  page: { after: number; limit: number },
): Promise<{ events: EventEnvelope[]; next_after: number | null }> {
  const rows = await select(tx, [sessionId, AGGREGATE_TYPE, page.after, page.limit + 1])
  const events = rows
    .slice(0, page.limit)
    .map((row) => ({ ...row, created_at: row.created_at.toISOString() }))
  const last = events.at(-1)
  return { events, next_after: rows.length > page.limit && last ? last.aggregate_version : null }
}
