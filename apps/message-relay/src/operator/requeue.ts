/** `requeue`: FAILED rows become PENDING, with four tries again. */
import { failedRows, type FailedSelection } from './failed-rows'
import { audit, type OperatorDatabase } from './operator-database'

/** How many rows would be put back. @throws what the database throws */
export async function countRequeue(database: OperatorDatabase, selection: FailedSelection): Promise<number> {
  const { where, values } = failedRows(selection)
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM event_outbox WHERE ${where}`,
    values,
  )
  return row?.count ?? 0
}

/** Rows of one statement: so many are done between two looks at the bar. */
const STEP = 1000

/**
 * Sets the rows back; a trigger of the table parks them, where the relay that owns their key finds them.
 * @param at hears how many are done
 * @returns the ids of the rows, in the order they will go for each key
 * @throws what the database throws
 */
export async function requeue(
  database: OperatorDatabase,
  selection: FailedSelection,
  who: string,
  at: (rows: number) => void = () => undefined,
): Promise<string[]> {
  const { where, values } = failedRows(selection)
  const ids = await database.transaction(async () => {
    const found = await database.query<{ id: string; seq: string }>(
      `SELECT id, seq FROM event_outbox WHERE ${where} ORDER BY lane, seq`,
      values,
    )
    const requeued = new Set<string>()
    for (let from = 0; from < found.length; from += STEP) {
      const step = found.slice(from, from + STEP).map(({ id }) => id)
      // Somebody else may have been at a row since it was found. The relay, which sets rows of an outage back,
      // locks them in the same order: two orders would be a deadlock.
      const rows = await database.query<{ id: string }>(
        `WITH locked AS MATERIALIZED (
           SELECT id FROM event_outbox
            WHERE id = ANY ($${values.length + 1}::uuid[]) AND ${where}
            ORDER BY lane, seq FOR NO KEY UPDATE
         )
         UPDATE event_outbox SET status = 'PENDING' WHERE id IN (SELECT id FROM locked) RETURNING id`,
        [...values, step],
      )
      for (const { id } of rows) requeued.add(id)
      at(from + step.length)
    }
    if (requeued.size > 0) {
      const changed = [...requeued]
      await audit(database, {
        who,
        action: 'requeue',
        rows: changed.length,
        details: { ...selection },
        changed,
      })
    }
    const inOrder = found.sort((a, b) => Number(a.seq) - Number(b.seq))
    return inOrder.map(({ id }) => id).filter((id) => requeued.has(id))
  })
  if (ids.length > 0) await database.query('NOTIFY outbox_parked')
  return ids
}
