/** Writes events into domain_events, where they stay for ever. */
import type { EventEnvelope } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

/**
 * The INSERT of events, in their order.
 * @param events a relation with the columns `envelope` (jsonb), and `position`, by which it is ordered
 */
export const APPEND_EVENTS = (events: string) => `
  INSERT INTO domain_events (event_id, correlation_id, causation_id, event_type, event_version, aggregate_type,
                             aggregate_id, aggregate_version, payload, metadata, created_at)
  SELECT (envelope ->> 'event_id')::uuid, (envelope ->> 'correlation_id')::uuid, (envelope ->> 'causation_id')::uuid,
         envelope ->> 'event_type', (envelope ->> 'event_version')::int, envelope ->> 'aggregate_type',
         envelope ->> 'aggregate_id', (envelope ->> 'aggregate_version')::int,
         envelope -> 'payload', envelope -> 'metadata', (envelope ->> 'created_at')::timestamptz
    FROM ${events}
   ORDER BY position`

const append = statement(
  'append-events',
  APPEND_EVENTS('jsonb_array_elements(?::jsonb) WITH ORDINALITY AS event (envelope, position)'),
)

/** Appends the events in their order; created_at is the envelope's, so that the history repeats what was sent. */
export async function appendEvents(tx: Transaction, envelopes: readonly EventEnvelope[]): Promise<void> {
  await append(tx, [JSON.stringify(envelopes)])
}
