/** The only code that knows how an outbox row is written. */
import { checkEnvelope, type EventEnvelope } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

/**
 * The INSERT of outbox rows, in their order. A row's id is its event's own, so that a receipt finds the row by it.
 * @param events a relation with the columns `topic`, `key`, `envelope` (jsonb, checked by {@link checkEnvelope}),
 *   `traceparent`, and `position`, by which it is ordered
 */
export const SAVE_TO_OUTBOX = (events: string) => `
  INSERT INTO event_outbox (id, topic, key, payload, traceparent)
  SELECT (envelope ->> 'event_id')::uuid, topic, key, envelope, traceparent
    FROM ${events}
   ORDER BY position
  RETURNING id`

const save = statement<{ id: string }>(
  'save-to-outbox',
  SAVE_TO_OUTBOX(
    `(SELECT ?::text AS topic, ?::text AS key, ?::jsonb AS envelope, ?::text AS traceparent, 1 AS position) event`,
  ),
)

/**
 * Puts the whole envelope into the outbox, in the transaction that writes its event.
 * @param key the Kafka key: records of one key keep their order
 * @param traceparent W3C traceparent of the request, sent as a header
 * @returns the id of the row
 * @throws {InvalidEnvelopeError} and {InvalidEventNameError} for what must not be written.
 */
export async function saveToOutbox(
  tx: Transaction,
  topic: string,
  key: string,
  envelope: EventEnvelope,
  traceparent?: string,
): Promise<string> {
  checkEnvelope(envelope)
  const [row] = await save(tx, [topic, key, JSON.stringify(envelope), traceparent ?? null])
  if (!row) throw new Error('the outbox row was not written')
  return row.id
}
