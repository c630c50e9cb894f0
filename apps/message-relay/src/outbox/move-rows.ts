/** Moves rows in and out of the cursor's path: park, set back, release; each under the lanes' tokens. */
import type { RowRef } from '../pipeline/ports'
import type { Database, Statement } from './database'

// The lane is locked before any of its rows is written: see settle-rows.ts.
const fenced = (name: string, change: string): Statement => ({
  name,
  text: `
WITH moved AS (
  SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::uuid[]) AS m (lane, token, seq, id)
), owned AS MATERIALIZED (
  SELECT l.lane
    FROM outbox_lanes AS l
    JOIN (SELECT DISTINCT lane, token FROM moved) AS mine ON mine.lane = l.lane AND mine.token = l.token
    ORDER BY l.lane
     FOR KEY SHARE OF l
)${change}
RETURNING o.id`,
})

const MATCH = 'o.lane = moved.lane AND o.seq = moved.seq AND o.id IS NOT DISTINCT FROM moved.id'

// Operators write settled rows too: whoever locks several of them locks them in the order of (lane, seq).
const changeSettled = (change: string, condition: string): string => `, locked AS MATERIALIZED (
  SELECT o.lane, o.seq, o.id
    FROM owned
    JOIN moved ON moved.lane = owned.lane
    JOIN event_outbox AS o ON ${MATCH}
   WHERE ${condition}
   ORDER BY o.lane, o.seq
     FOR NO KEY UPDATE OF o
)
UPDATE event_outbox AS o
   SET ${change}
  FROM locked AS moved
 WHERE ${MATCH}`

const PARK = fenced(
  'relay-park',
  `
UPDATE event_outbox AS o
   SET parked = true
  FROM owned JOIN moved ON moved.lane = owned.lane
 WHERE ${MATCH} AND o.status = 'PENDING' AND NOT o.parked`,
)

// The trigger of the table gives the row its four tries again.
const SET_BACK = fenced(
  'relay-set-back',
  changeSettled(`status = 'PENDING'`, `o.status = 'FAILED' AND o.will_retry AND o.dropped_at IS NULL`),
)

const RELEASE = fenced('relay-release', changeSettled('parked = false', `o.status <> 'PENDING' AND o.parked`))

/** Takes PENDING rows out of the cursor's path. @throws what the database throws */
export async function park(database: Database, rows: readonly RowRef[]): Promise<void> {
  await database.run(PARK, columns(rows))
}

/** FAILED rows of an outage become PENDING; how many. @throws what the database throws */
export async function setBack(database: Database, rows: readonly RowRef[]): Promise<number> {
  return (await database.run(SET_BACK, columns(rows))).length
}

/** Settled rows no longer hold their key. @throws what the database throws */
export async function release(database: Database, rows: readonly RowRef[]): Promise<void> {
  await database.run(RELEASE, columns(rows))
}

function columns(rows: readonly RowRef[]): unknown[] {
  return [
    rows.map(({ lane }) => lane),
    rows.map(({ token }) => token),
    rows.map(({ seq }) => seq),
    rows.map(({ id }) => id),
  ]
}
