/** Turns an outbox row into the record that Kafka gets, or says why no record can be made of it. */
import type { Fault } from './outcome'

export interface MessageSource {
  readonly topic: string
  readonly key: string
  /** The text of the payload as PostgreSQL writes it: the value's bytes, never serialised anew. */
  readonly value: string
  /** The payload's event_id as text; null where the payload is no object or has none. */
  readonly eventId: string | null
  readonly eventType: string | null
  readonly traceparent: string | null
  readonly writtenAtMs: number
}

export interface KafkaMessage {
  readonly topic: string
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
  /** When its row was put into the outbox, for whoever follows it: no part of the record. */
  readonly writtenAtMs?: number
}

/** The classes of the faults for which no record can be made of a row. */
export const UNSENDABLE_CLASSES = ['invalid_topic', 'invalid_payload'] as const

const TOPIC_NAME = /^[A-Za-z0-9._-]{1,249}$/

/** True for a name that Kafka allows (org.apache.kafka.common.internals.Topic). */
export function isTopicName(name: string): boolean {
  return TOPIC_NAME.test(name) && name !== '.' && name !== '..'
}

/**
 * The record for `row`, or the fault that makes it FAILED at once.
 * @param cloudEvents adds content-type and the CloudEvents 1.0 binary-mode attributes
 */
export function toKafkaMessage(
  row: MessageSource,
  { cloudEvents }: { cloudEvents: boolean },
): KafkaMessage | { readonly fault: Fault } {
  if (!isTopicName(row.topic)) {
    return {
      fault: { class: 'invalid_topic', message: `Kafka allows no topic named ${JSON.stringify(row.topic)}` },
    }
  }
  if (row.eventId === null) {
    return {
      fault: { class: 'invalid_payload', message: 'the payload is no JSON object with an event_id' },
    }
  }
  const headers: Record<string, string> = { event_id: row.eventId }
  if (row.eventType !== null) headers.event_type = row.eventType
  if (row.traceparent !== null) headers.traceparent = row.traceparent
  if (cloudEvents) Object.assign(headers, cloudEventAttributes(row, row.eventId))
  return { topic: row.topic, key: row.key, value: row.value, headers, writtenAtMs: row.writtenAtMs }
}

/** CloudEvents 1.0, Kafka protocol binding, binary content mode. */
function cloudEventAttributes(row: MessageSource, eventId: string): Record<string, string> {
  const envelope = JSON.parse(row.value) as Record<string, unknown>
  const metadata = envelope.metadata as { source_service?: unknown } | null | undefined
  const source = text(metadata?.source_service)
  const time = text(envelope.created_at)
  const subject = text(envelope.aggregate_id)
  return {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: eventId,
    ce_type: row.eventType ?? row.topic,
    // A URI-reference; a service of ours names itself, anybody else is known by the topic written to.
    ce_source: `/${encodeURIComponent(source ?? row.topic)}`,
    ...(time === undefined ? {} : { ce_time: time }),
    ...(subject === undefined ? {} : { ce_subject: subject }),
    ...(row.traceparent === null ? {} : { ce_traceparent: row.traceparent }),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
