/** An event as a stream shows it, made from its row without parsing what it carries. */
import { fullXid } from './full-xid'

export interface StreamEvent {
  /** domain_events.id: the order in which events of one batch go out. */
  readonly id: bigint
  /** The user; empty where nobody can tell. */
  readonly owner: string
  readonly sessionId: string
  /** aggregate_version. */
  readonly version: number
  readonly type: string
  /** The envelope as JSON, on one line. */
  readonly envelope: string
}

/** What {@link EVENT_COLUMNS} select. */
export interface StreamEventRow {
  id: string
  event_id: string
  correlation_id: string
  causation_id: string | null
  event_type: string
  event_version: number
  aggregate_type: string
  aggregate_id: string
  aggregate_version: number
  payload: string
  metadata: string
  created_at: Date
  owner: string | null
}

/** Whose event it is: its writer says so, or else its session does. `e` is the row of domain_events. */
export const OWNER_OF_EVENT = `coalesce(e.metadata ->> 'user_id', (
  SELECT s.user_id FROM genesis_sessions s
   WHERE s.id = CASE WHEN pg_input_is_valid(e.aggregate_id, 'uuid') THEN e.aggregate_id::uuid END))`

/** jsonb comes as text: it goes out as it stands, and a number keeps its digits. */
export const EVENT_COLUMNS = `e.id, e.event_id, e.correlation_id, e.causation_id, e.event_type, e.event_version,
  e.aggregate_type, e.aggregate_id, e.aggregate_version, e.payload::text AS payload, e.metadata::text AS metadata,
  e.created_at`

/** The full id of the transaction that wrote `e`, as xid8: none that is seen is of the future. */
export const WRITER_OF_EVENT = `${fullXid('e.xmin::text::bigint', 'newest.xmax')}::text::xid8`

/** The event in a row. */
export function toStreamEvent(row: StreamEventRow): StreamEvent {
  return {
    id: BigInt(row.id),
    owner: row.owner ?? '',
    sessionId: row.aggregate_id,
    version: row.aggregate_version,
    type: row.event_type,
    envelope: envelopeOf(row),
  }
}

function envelopeOf(row: StreamEventRow): string {
  return (
    `{"event_id":"${row.event_id}","correlation_id":"${row.correlation_id}",` +
    `"causation_id":${JSON.stringify(row.causation_id)},"event_type":${JSON.stringify(row.event_type)},` +
    `"event_version":${row.event_version},"aggregate_type":${JSON.stringify(row.aggregate_type)},` +
    `"aggregate_id":${JSON.stringify(row.aggregate_id)},"aggregate_version":${row.aggregate_version},` +
    `"payload":${row.payload},"metadata":${row.metadata},"created_at":"${row.created_at.toISOString()}"}`
  )
}
