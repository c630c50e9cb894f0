/** Finds where a tail begins: what may be new from now on, and above which id. */
import type { ClientBase } from 'pg'
import { Checkpoints } from './checkpoints'
import { fullXid } from './full-xid'

// The snapshot is the statement's; the transaction takes its id later, when the function runs.
const TAKE_CHECKPOINT = `SELECT pg_current_xact_id()::text AS xid,
  coalesce((SELECT max(id) FROM domain_events), 0)::text AS highest`

// A transaction that has not locked the table has drawn no id from its sequence. One that ended while this was
// read shows in the snapshot that the tail begins with.
const OLDER_WRITERS = `
  WITH held AS MATERIALIZED (SELECT * FROM pg_locks WHERE granted),
  newest AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax)
  SELECT FROM held AS writing
    JOIN held AS own ON own.virtualtransaction = writing.virtualtransaction AND own.locktype = 'transactionid'
                    AND own.mode = 'ExclusiveLock'
   CROSS JOIN newest
   WHERE writing.locktype = 'relation' AND writing.relation = 'domain_events'::regclass
     AND writing.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND writing.mode = 'RowExclusiveLock'
     AND ${fullXid('own.transactionid::text::bigint', 'newest.xmax + 2147483648')} < $1::bigint
   LIMIT 1`

const TRIES = 20

/**
 * The first checkpoint, whose floor holds for transactions that are older than it too.
 * @param pause waits a moment for a writer that is under way
 */
export async function beginTail(client: ClientBase, pause: () => Promise<void>): Promise<Checkpoints> {
  const { rows } = await client.query<{ xid: string; highest: string }>(TAKE_CHECKPOINT)
  const [row] = rows
  if (!row) throw new Error('PostgreSQL answered without a row')
  const checkpoint = { xid: BigInt(row.xid), highestId: BigInt(row.highest) }
  for (let tries = 0; tries < TRIES; tries += 1) {
    const writers = await client.query(OLDER_WRITERS, [row.xid])
    if (writers.rowCount === 0) return new Checkpoints(checkpoint.highestId)
    await pause()
  }
  // An older writer takes its time. Its ids may be anywhere: when it ends the whole table is looked through once.
  const checkpoints = new Checkpoints(0n)
  checkpoints.add(checkpoint, 0n)
  return checkpoints
}
