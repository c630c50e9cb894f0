/** The only code that knows how an outbox row is written. */
import { checkEnvelope, type EventEnvelope } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

const insert = statement<{ id: string }>(
  'save-to-outbox',
  `INSERT INTO event_outbox (id, topic, key, payload, traceparent)
   VALUES (?::uuid, ?::text, ?::text, ?::jsonb, ?::text)
RETURNING id`,
)

/**
 * Puts the whole envelope into the outbox, in the transaction that writes its event.
 * @param key the Kafka key: records of one key keep their order
 * @param traceparent W3C traceparent of the request, sent as a header
 * @returns the id of the row; it is the event's own id, so that a receipt finds the row by it
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
  const [row] = await insert(tx, [
    envelope.event_id,
    topic,
    key,
    JSON.stringify(envelope),
    traceparent ?? null,
  ])
  if (!row) throw new Error('the outbox row was not written')
  return row.id
}
