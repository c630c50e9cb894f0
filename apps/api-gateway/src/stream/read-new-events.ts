/** Reads what became visible since a snapshot, and the snapshot that shows it, in one statement. */
import type { ClientBase } from 'pg'
import type { Checkpoints } from './checkpoints'
import { isShown, type Shown } from './shown'
import { Snapshot } from './snapshot'
import {
  EVENT_COLUMNS,
  OWNER_OF_EVENT,
  toStreamEvent,
  type StreamEvent,
  type StreamEventRow,
} from './stream-event'

/** Whose events are wanted; null for everybody's. */
export interface Interest {
  readonly users: readonly string[]
  readonly sessions: readonly string[]
}

export interface NewEvents extends Shown {
  /** Of this statement's transaction, when one was asked for: given out after the snapshot was taken. */
  readonly xid?: bigint
  /** By id. As many as the limit: there may be more, see {@link readRestOfBatch}. */
  readonly events: StreamEvent[]
  readonly full: boolean
}

/** `newest` is the current snapshot; `changed` the oldest transaction that may have ended since $1, if any did. */
const READ_NEW = `
  WITH newest AS MATERIALIZED (
    SELECT pg_current_snapshot() AS snapshot,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax,
           coalesce((SELECT max(id) FROM domain_events), 0) AS highest,
           CASE WHEN $7::boolean THEN pg_current_xact_id()::text END AS xid),
  changed AS MATERIALIZED (
    SELECT least((SELECT min(x::text::bigint) FROM pg_snapshot_xip($1::pg_snapshot) AS x
                   WHERE pg_visible_in_snapshot(x, newest.snapshot)),
                 CASE WHEN newest.xmax > pg_snapshot_xmax($1::pg_snapshot)::text::bigint
                      THEN pg_snapshot_xmax($1::pg_snapshot)::text::bigint END) AS xid
      FROM newest)
  SELECT newest.snapshot::text AS snapshot, newest.highest::text AS highest, newest.xid, e.*
    FROM newest
    LEFT JOIN LATERAL (
      SELECT ${EVENT_COLUMNS}, ${OWNER_OF_EVENT} AS owner
        FROM domain_events e
       WHERE e.id > least($8::bigint, (SELECT max(c.highest)
                                         FROM unnest($2::bigint[], $3::bigint[]) AS c (xid, highest), changed
                                        WHERE c.xid < changed.xid))
         AND e.aggregate_type = 'GENESIS_SESSION'
         AND NOT ${isShown('$8', '$1')}
         AND ($4::text[] IS NULL OR ${OWNER_OF_EVENT} = ANY ($4::text[]) OR e.aggregate_id = ANY ($5::text[]))
       ORDER BY e.id LIMIT $6::int) AS e ON true
   ORDER BY e.id`

type Row = { snapshot: string; highest: string; xid: string | null } & (
  StreamEventRow | { [Column in keyof StreamEventRow]: null }
)

/** @param limit how many events at most */
export async function readNewEvents(
  client: ClientBase,
  since: Shown,
  checkpoints: Checkpoints,
  interest: Interest | null,
  { limit, takeXid }: { limit: number; takeXid: boolean },
): Promise<NewEvents> {
  const { rows } = await client.query<Row>({
    name: 'read-new-events',
    text: READ_NEW,
    values: [
      since.snapshot.toString(),
      checkpoints.list().map(({ xid }) => String(xid)),
      checkpoints.list().map(({ highestId }) => String(highestId)),
      interest?.users ?? null,
      interest?.sessions ?? null,
      limit,
      takeXid,
      String(since.highestId),
    ],
  })
  const [first] = rows
  if (!first) throw new Error('PostgreSQL answered without a snapshot')
  const events = rows.flatMap((row) => (row.id === null ? [] : [toStreamEvent(row)]))
  return {
    snapshot: Snapshot.parse(first.snapshot),
    highestId: BigInt(first.highest),
    ...(first.xid === null ? {} : { xid: BigInt(first.xid) }),
    events,
    full: rows.length === limit,
  }
}

const READ_REST = `
  WITH newest AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax)
  SELECT ${EVENT_COLUMNS}, ${OWNER_OF_EVENT} AS owner
    FROM domain_events e CROSS JOIN newest
   WHERE e.id > $3::bigint
     AND e.aggregate_type = 'GENESIS_SESSION'
     AND ${isShown('$8', '$2')}
     AND NOT ${isShown('$7', '$1')}
     AND ($4::text[] IS NULL OR ${OWNER_OF_EVENT} = ANY ($4::text[]) OR e.aggregate_id = ANY ($5::text[]))
   ORDER BY e.id LIMIT $6::int`

/** The next events of a batch that was too long for one answer: what `until` shows beyond `since`, after an id. */
export async function readRestOfBatch(
  client: ClientBase,
  { since, until, after }: { since: Shown; until: Shown; after: bigint },
  interest: Interest | null,
  limit: number,
): Promise<{ events: StreamEvent[]; full: boolean }> {
  const { rows } = await client.query<StreamEventRow>({
    name: 'read-rest-of-batch',
    text: READ_REST,
    values: [
      since.snapshot.toString(),
      until.snapshot.toString(),
      String(after),
      interest?.users ?? null,
      interest?.sessions ?? null,
      limit,
      String(since.highestId),
      String(until.highestId),
    ],
  })
  return { events: rows.map(toStreamEvent), full: rows.length === limit }
}
