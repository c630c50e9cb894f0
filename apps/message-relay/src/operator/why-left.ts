/** Why rows that an operator named were left as they are. */
import type { OperatorDatabase } from './operator-database'

/** A line for each id, in the order of `ids`. @throws what the database throws */
export async function whyLeft(database: OperatorDatabase, ids: readonly string[]): Promise<string[]> {
  const rows = await database.query<{ id: string; status: string; dropped: boolean }>(
    `SELECT id, status, dropped_at IS NOT NULL AS dropped FROM event_outbox WHERE id = ANY ($1::uuid[])`,
    [ids],
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => `${id}: ${reason(found.get(id))}`)
}

function reason(row: { status: string; dropped: boolean } | undefined): string {
  if (row === undefined) return 'there is no such row (SENT rows are removed after a while)'
  if (row.dropped) return 'was dropped'
  return row.status === 'FAILED' ? 'is not what the other options select' : `is ${row.status}, not FAILED`
}
