/** `drop`: FAILED rows are given up; they stay, marked, and hold nobody any more. */
import { conditionOf } from './row-selection'
import { audit, type OperatorDatabase } from './operator-database'

/**
 * @returns the ids of the rows that were dropped now: FAILED ones that had not been
 * @throws what the database throws
 */
export function drop(database: OperatorDatabase, ids: readonly string[], who: string): Promise<string[]> {
  const { where, values } = conditionOf({ ids })
  return database.transaction(async () => {
    const rows = await database.query<{ id: string }>(
      // In the order in which everybody locks several settled rows.
      `WITH locked AS MATERIALIZED (
         SELECT id FROM event_outbox WHERE ${where} ORDER BY lane, seq FOR NO KEY UPDATE)
       UPDATE event_outbox AS o SET dropped_at = now(), parked = false
         FROM locked WHERE o.id = locked.id RETURNING o.id`,
      values,
    )
    const changed = rows.map(({ id }) => id)
    if (changed.length > 0) {
      await audit(database, { who, action: 'drop', rows: changed.length, details: { ids }, changed })
      await database.query('NOTIFY outbox_parked')
    }
    return changed
  })
}
