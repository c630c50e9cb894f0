/** `replay`: outbox rows made again from the immutable facts, by session or by time. */
import { OUTBOX_CHANNEL } from '@infinite-scribe/shared-types'
import { conditionOfParts, type Condition } from './condition'
import { audit, AUDITED_IDS, type OperatorDatabase } from './operator-database'

export interface ReplaySelection {
  /** A session's id. */
  readonly session?: string
  /** Events created at or after this moment. */
  readonly since?: string
  /** Events created before this moment. */
  readonly until?: string
}

function eventsOf({ session, since, until }: ReplaySelection): Condition {
  return conditionOfParts('true', [
    [(place) => `aggregate_id = ${place}::text`, session],
    [(place) => `created_at >= ${place}::timestamptz`, since],
    [(place) => `created_at < ${place}::timestamptz`, until],
  ])
}

/** Events that were there when they were counted. */
export interface CountedEvents {
  readonly count: number
  /** The id of the last of them; null where there are none. */
  readonly last: string | null
}

/** What would be written again. @throws what the database throws */
export async function countReplay(
  database: OperatorDatabase,
  selection: ReplaySelection,
): Promise<CountedEvents> {
  const { where, values } = eventsOf(selection)
  const [row] = await database.query<{ count: number; last: string | null }>(
    `SELECT count(*)::integer AS count, max(id) AS last FROM domain_events WHERE ${where}`,
    values,
  )
  return row ?? { count: 0, last: null }
}

/** Events of one statement: so many are done between two looks at the bar. */
const STEP = 1000

/**
 * Writes a new outbox row for each event, each session's in the order they happened. The envelope is the one
 * of the row that first carried it where that is still there, else it is made from the fact. It is marked as sent again:
 * where the topic has lost its first record, this one comes late.
 * @param upTo the last event that was agreed to: those written since are on their way
 * @param at hears how many are done
 * @returns how many rows were written
 * @throws what the database throws
 */
export function replay(
  database: OperatorDatabase,
  selection: ReplaySelection,
  upTo: CountedEvents['last'],
  topic: string,
  who: string,
  at: (events: number) => void = () => undefined,
): Promise<number> {
  const { where, values } = eventsOf(selection)
  const step = `
WITH facts AS MATERIALIZED (
  SELECT * FROM domain_events WHERE ${where} AND id > $${values.length + 1}::bigint AND id <= $${values.length + 3}::bigint
   ORDER BY id LIMIT ${STEP}
), written AS (
  INSERT INTO event_outbox (topic, key, requeued_at, payload)
  SELECT $${values.length + 2}::text, e.aggregate_id, clock_timestamp(), coalesce(o.payload, jsonb_build_object(
           'event_id', e.event_id, 'correlation_id', e.correlation_id, 'causation_id', e.causation_id,
           'event_type', e.event_type, 'event_version', e.event_version,
           'aggregate_type', e.aggregate_type, 'aggregate_id', e.aggregate_id,
           'aggregate_version', e.aggregate_version, 'payload', e.payload, 'metadata', e.metadata,
           'created_at', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
    FROM facts AS e
    LEFT JOIN event_outbox AS o ON o.id = e.event_id
   ORDER BY e.id
  RETURNING id, seq
)
SELECT ARRAY(SELECT id FROM written ORDER BY seq)::text[] AS written, max(id) AS last FROM facts`
  return database.transaction(async () => {
    let rows = 0
    const changed: string[] = []
    for (let last: string | null = '0'; last !== null;) {
      const [done]: { written: string[]; last: string | null }[] = await database.query(step, [
        ...values,
        last,
        topic,
        upTo,
      ])
      const ids = done?.written ?? []
      rows += ids.length
      changed.push(...ids.slice(0, AUDITED_IDS - changed.length))
      last = done?.last ?? null
      at(rows)
    }
    if (rows > 0) {
      await audit(database, { who, action: 'replay', rows, details: { ...selection }, changed })
      await database.query(`NOTIFY ${OUTBOX_CHANNEL}`)
    }
    return rows
  })
}
