/** `requeue`: FAILED rows, or SENT ones that are still kept, become PENDING, with four tries again. */
import { audit, type OperatorDatabase } from './operator-database'
import type { Condition } from './condition'
import { conditionOf, selectRows, type RowSelection, type SelectedRow } from './row-selection'

/** Rows of one statement: so many are done between two looks at the bar. */
const STEP = 1000

/** Rows that an outage failed come by themselves: they are meant where they are named. */
function isLeftToRelay({ state = 'failed', ids }: RowSelection): boolean {
  return state === 'failed' && ids === undefined
}

function meant(selection: RowSelection): Condition {
  const { where, values } = conditionOf(selection)
  return { where: isLeftToRelay(selection) ? `${where} AND NOT will_retry` : where, values }
}

/** What `selection` means, and how many rows of an outage it leaves out. @throws what the database throws */
export async function selectForRequeue(
  database: OperatorDatabase,
  selection: RowSelection,
): Promise<{ selected: SelectedRow[]; leftToRelay: number }> {
  const selected = await selectRows(database, meant(selection))
  if (!isLeftToRelay(selection)) return { selected, leftToRelay: 0 }
  const { where, values } = conditionOf(selection)
  const [left] = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM event_outbox WHERE ${where} AND will_retry`,
    values,
  )
  return { selected, leftToRelay: left?.count ?? 0 }
}

/**
 * Sets rows back that are still what `selection` means; a trigger of the table parks them, where the relay that owns
 * their key finds them.
 * @param rows those that were agreed to, in the order in which everybody locks several rows
 * @param at hears how many are done
 * @returns the ids of the rows, in the order they will go for each key
 * @throws what the database throws
 */
export async function requeue(
  database: OperatorDatabase,
  rows: readonly SelectedRow[],
  selection: RowSelection,
  who: string,
  at: (done: number) => void = () => undefined,
): Promise<string[]> {
  const { where, values } = meant(selection)
  const ids = await database.transaction(async () => {
    const requeued = new Set<string>()
    for (let from = 0; from < rows.length; from += STEP) {
      const step = rows.slice(from, from + STEP).map(({ id }) => id)
      // Somebody else may have been at a row since it was found. The relay, which sets rows of an outage back,
      // locks them in the same order: two orders would be a deadlock.
      const changed = await database.query<{ id: string }>(
        `WITH locked AS MATERIALIZED (
           SELECT id FROM event_outbox
            WHERE id = ANY ($${values.length + 1}::uuid[]) AND ${where}
            ORDER BY lane, seq FOR NO KEY UPDATE
         )
         UPDATE event_outbox SET status = 'PENDING' WHERE id IN (SELECT id FROM locked) RETURNING id`,
        [...values, step],
      )
      for (const { id } of changed) requeued.add(id)
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
    const inOrder = [...rows].sort((a, b) => Number(a.seq) - Number(b.seq))
    return inOrder.map(({ id }) => id).filter((id) => requeued.has(id))
  })
  if (ids.length > 0) await database.query('NOTIFY outbox_parked')
  return ids
}
