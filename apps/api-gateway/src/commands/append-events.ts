/** Writes events into domain_events, where they stay for ever. */
import type { EventEnvelope } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

const insert = statement(
  'append-event',
  `INSERT INTO domain_events (event_id, correlation_id, causation_id, event_type, event_version, aggregate_type,
                              aggregate_id, aggregate_version, payload, metadata, created_at)
   VALUES (?::uuid, ?::uuid, ?::uuid, ?::text, ?::int, ?::text, ?::text, ?::int, ?::jsonb, ?::jsonb, ?::timestamptz)`,
)

/** Appends the events in their order; created_at is the envelope's, so that the history repeats what was sent. */
export async function appendEvents(tx: Transaction, envelopes: readonly EventEnvelope[]): Promise<void> {
  for (const envelope of envelopes) {
    await insert(tx, [
      envelope.event_id,
      envelope.correlation_id,
      envelope.causation_id,
      envelope.event_type,
      envelope.event_version,
      envelope.aggregate_type,
      envelope.aggregate_id,
      envelope.aggregate_version,
      JSON.stringify(envelope.payload),
      JSON.stringify(envelope.metadata),
      envelope.created_at,
    ])
  }
}
