/** Reads what became of a command: its status, its events, and where each is on its way to Kafka. */
import type { CommandStatus, DeliveryError, OutboxStatus } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { DeliveryView, ReceiptView } from '../ports'
import type { Transaction } from './unit-of-work'

interface CommandRow {
  id: string
  command_type: string
  status: CommandStatus
  created_at: Date
  task_id: string | null
}

interface EventRow {
  event_id: string
  event_type: string
  aggregate_version: number
  status: OutboxStatus | null
  topic: string | null
  attempts: number | null
  kafka_partition: number | null
  kafka_offset: string | null
  sent_at: Date | null
  last_error: DeliveryError | null
  will_retry: boolean | null
}

const selectCommand = statement<CommandRow>(
  'receipt-command',
  `SELECT c.id, c.command_type, c.status, c.created_at, t.id AS task_id
     FROM command_inbox c
     LEFT JOIN async_tasks t ON t.triggered_by_command_id = c.id
    WHERE c.id = ?::uuid AND c.session_id = ?::uuid`,
)

// The outbox row while it is there (its id is the event's), then what was kept of it when it was cleaned away.
const selectEvents = statement<EventRow>(
  'receipt-events',
  `SELECT e.event_id, e.event_type, e.aggregate_version,
          CASE WHEN o.id IS NOT NULL THEN o.status WHEN d.outbox_id IS NOT NULL THEN 'SENT' END AS status,
          coalesce(o.topic, d.topic) AS topic,
          coalesce(o.attempts, d.attempts) AS attempts,
          coalesce(o.kafka_partition, d.kafka_partition) AS kafka_partition,
          coalesce(o.kafka_offset, d.kafka_offset) AS kafka_offset,
          coalesce(o.sent_at, d.sent_at) AS sent_at,
          o.last_error, o.will_retry
     FROM domain_events e
     LEFT JOIN event_outbox o ON o.id = e.event_id
     LEFT JOIN outbox_deliveries d ON d.outbox_id = e.event_id AND o.id IS NULL
    WHERE e.correlation_id = ?::uuid
    ORDER BY e.aggregate_version`,
)

/** The receipt; undefined when the session has no such command. */
export async function readReceipt(
  tx: Transaction,
  sessionId: string,
  commandId: string,
): Promise<ReceiptView | undefined> {
  const [command] = await selectCommand(tx, [commandId, sessionId])
  if (!command) return undefined
  const events = await selectEvents(tx, [commandId])
  return {
    command_id: command.id,
    command_type: command.command_type,
    status: command.status,
    created_at: command.created_at.toISOString(),
    ...(command.task_id === null ? {} : { task_id: command.task_id }),
    events: events.map((event) => ({
      event_id: event.event_id,
      event_type: event.event_type,
      aggregate_version: event.aggregate_version,
      delivery: delivery(event),
    })),
  }
}

function delivery(event: EventRow): DeliveryView {
  // Only a row that was SENT leaves its facts behind; one that was taken out by hand before that was never sent.
  if (event.status === null || event.attempts === null)
    return {
      status: 'FAILED',
      attempts: 0,
      error: { message: 'the outbox row was removed', class: 'removed' },
    }
  return {
    status: event.status,
    attempts: event.attempts,
    ...(event.topic === null ? {} : { topic: event.topic }),
    ...(event.kafka_partition === null ? {} : { partition: event.kafka_partition }),
    ...(event.kafka_offset === null ? {} : { offset: event.kafka_offset }),
    ...(event.sent_at === null ? {} : { sent_at: event.sent_at.toISOString() }),
    ...(event.last_error === null || event.status === 'SENT' ? {} : { error: { ...event.last_error } }),
    ...(event.status === 'FAILED' ? { will_retry: event.will_retry === true } : {}),
  }
}
