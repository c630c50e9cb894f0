/** `requeue`: FAILED rows become PENDING, with four tries again. */
import { failedRows, type FailedSelection } from './failed-rows'
import { audit, type OperatorDatabase } from './operator-database'

/** How many rows would be sent again. @throws what the database throws */
export async function countRequeue(database: OperatorDatabase, selection: FailedSelection): Promise<number> {
  const { where, values } = failedRows(selection)
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM event_outbox WHERE ${where}`,
    values,
  )
  return row?.count ?? 0
}

/**
 * Sets the rows back; a trigger of the table parks them, where the relay that owns their key finds them.
 * @returns the ids of the rows, in the order they will go for each key
 * @throws what the database throws
 */
export async function requeue(
  database: OperatorDatabase,
  selection: FailedSelection,
  who: string,
): Promise<string[]> {
  const { where, values } = failedRows(selection)
  const ids = await database.transaction(async () => {
    const rows = await database.query<{ id: string; seq: string }>(
      `UPDATE event_outbox SET status = 'PENDING' WHERE ${where} RETURNING id, seq`,
      values,
    )
    if (rows.length > 0) {
      await audit(database, { who, action: 'requeue', rows: rows.length, details: { ...selection } })
    }
    return rows.sort((a, b) => Number(a.seq) - Number(b.seq)).map(({ id }) => id)
  })
  if (ids.length > 0) await database.query('NOTIFY outbox_parked')
  return ids
}
