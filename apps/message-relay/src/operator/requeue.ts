/** `requeue`: FAILED rows, or SENT ones that are still kept, become PENDING, with four tries again. */
import { audit, type OperatorDatabase } from './operator-database'
import type { Condition } from './condition'
import { conditionOf, type RowSelection } from './row-selection'

/** Rows of one transaction, which has its own audit row: however many are meant, few are held and locked at a time. */
const PORTION = 10_000
/** Held by the server for the connection, so that what comes after the question is not among its rows. */
const CURSOR = 'rows_to_requeue'

export interface Found {
  readonly rows: number
  /** How many there are of each topic, where they are SENT, else of each class of error. */
  readonly kinds: Readonly<Record<string, number>>
  /** Rows of an outage that are left out. */
  readonly leftToRelay: number
}

/** Rows that an outage failed come by themselves: they are meant where they are named. */
function isLeftToRelay({ state = 'failed', ids }: RowSelection): boolean {
  return state === 'failed' && ids === undefined
}

/** The rows that `selection` means. */
export function meant(selection: RowSelection): Condition {
  const { where, values } = conditionOf(selection)
  return { where: isLeftToRelay(selection) ? `${where} AND NOT will_retry` : where, values }
}

/** @throws what the database throws */
export async function countForRequeue(database: OperatorDatabase, selection: RowSelection): Promise<Found> {
  const { where, values } = meant(selection)
  const kind = selection.state === 'sent' ? 'topic' : `coalesce(last_error ->> 'class', 'unknown')`
  const counts = await database.query<{ kind: string; rows: number }>(
    `SELECT ${kind} AS kind, count(*)::integer AS rows FROM event_outbox WHERE ${where} GROUP BY 1 ORDER BY 1`,
    values,
  )
  return {
    rows: counts.reduce((sum, { rows }) => sum + rows, 0),
    kinds: Object.fromEntries(counts.map(({ kind: name, rows }) => [name, rows])),
    leftToRelay: await countLeft(database, selection),
  }
}

async function countLeft(database: OperatorDatabase, selection: RowSelection): Promise<number> {
  if (!isLeftToRelay(selection)) return 0
  const { where, values } = conditionOf(selection)
  const [left] = await database.query<{ rows: number }>(
    `SELECT count(*)::integer AS rows FROM event_outbox WHERE ${where} AND will_retry`,
    values,
  )
  return left?.rows ?? 0
}

/** Counts the rows, and keeps them for {@link requeue} on the same connection. @throws what the database throws */
export function selectForRequeue(database: OperatorDatabase, selection: RowSelection): Promise<Found> {
  const { where, values } = meant(selection)
  return database.transaction(async () => {
    // What is counted is what is kept.
    await database.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    const found = await countForRequeue(database, selection)
    // In the order in which everybody locks several rows.
    await database.query(
      `DECLARE ${CURSOR} CURSOR WITH HOLD FOR SELECT id, seq FROM event_outbox WHERE ${where} ORDER BY lane, seq`,
      values,
    )
    return found
  })
}

/**
 * Sets back what was selected and is still what `selection` means; a trigger of the table parks the rows, where the relay
 * that owns their key finds them.
 * @param at hears, portion by portion, how many rows are done, and the ids of those that were set back, in the order they
 *   will go for each key
 * @throws what the database throws; the portions before stay done
 */
export async function requeue(
  database: OperatorDatabase,
  selection: RowSelection,
  who: string,
  at: (done: number, requeued: readonly string[]) => void,
): Promise<void> {
  let done = 0
  for (;;) {
    const portion = await database.query<{ id: string; seq: string }>(`FETCH ${PORTION} FROM ${CURSOR}`)
    if (portion.length === 0) return
    const requeued = await setBack(
      database,
      portion.map(({ id }) => id),
      selection,
      who,
    )
    done += portion.length
    portion.sort((a, b) => Number(a.seq) - Number(b.seq))
    at(
      done,
      portion.map(({ id }) => id).filter((id) => requeued.has(id)),
    )
  }
}

function setBack(
  database: OperatorDatabase,
  ids: readonly string[],
  selection: RowSelection,
  who: string,
): Promise<ReadonlySet<string>> {
  const { where, values } = meant(selection)
  return database.transaction(async () => {
    // Somebody else may have been at a row since it was found. The relay, which sets rows of an outage back,
    // locks them in the same order: two orders would be a deadlock.
    const rows = await database.query<{ id: string }>(
      `WITH locked AS MATERIALIZED (
         SELECT id FROM event_outbox
          WHERE id = ANY ($${values.length + 1}::uuid[]) AND ${where}
          ORDER BY lane, seq FOR NO KEY UPDATE
       )
       UPDATE event_outbox SET status = 'PENDING' WHERE id IN (SELECT id FROM locked) RETURNING id`,
      [...values, ids],
    )
    const changed = rows.map(({ id }) => id)
    if (changed.length > 0) {
      await audit(database, {
        who,
        action: 'requeue',
        rows: changed.length,
        details: { ...selection },
        changed,
      })
      await database.query('NOTIFY outbox_parked')
    }
    return new Set(changed)
  })
}
