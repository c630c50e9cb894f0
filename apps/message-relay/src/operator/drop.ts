/** `drop`: FAILED rows are given up; they stay, marked, and hold nobody any more. */
import { failedRows } from './failed-rows'
import { audit, type OperatorDatabase } from './operator-database'

/**
 * @returns the ids of the rows that were dropped now: FAILED ones that had not been
 * @throws what the database throws
 */
export async function drop(
  database: OperatorDatabase,
  ids: readonly string[],
  who: string,
): Promise<string[]> {
  const { where, values } = failedRows({ ids })
  const dropped = await database.transaction(async () => {
    const rows = await database.query<{ id: string }>(
      `UPDATE event_outbox SET dropped_at = now(), parked = false WHERE ${where} RETURNING id`,
      values,
    )
    const changed = rows.map(({ id }) => id)
    if (changed.length > 0) {
      await audit(database, { who, action: 'drop', rows: changed.length, details: { ids }, changed })
    }
    return changed
  })
  if (dropped.length > 0) await database.query('NOTIFY outbox_parked')
  return dropped
}
