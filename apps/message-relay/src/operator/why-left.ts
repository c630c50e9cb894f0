/** Why rows that an operator named were left as they are. */
import type { OperatorDatabase } from './operator-database'
import type { RowSelection } from './row-selection'

interface LeftRow {
  readonly status: string
  readonly dropped: boolean
}

/** A line for each id, in the order of `ids`. @throws what the database throws */
export async function whyLeft(
  database: OperatorDatabase,
  ids: readonly string[],
  state: RowSelection['state'] = 'failed',
): Promise<string[]> {
  const rows = await database.query<LeftRow & { id: string }>(
    `SELECT id, status, dropped_at IS NOT NULL AS dropped FROM event_outbox WHERE id = ANY ($1::uuid[])`,
    [ids],
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => `${id}: ${reason(found.get(id), state)}`)
}

function reason(row: LeftRow | undefined, state: NonNullable<RowSelection['state']>): string {
  if (row === undefined) return 'there is no such row (SENT rows are removed after a while)'
  const is = row.status === 'FAILED' && row.dropped ? 'dropped' : row.status
  const wanted = state === 'dropped' ? 'dropped' : state.toUpperCase()
  if (is === wanted) return 'is not what the other options select'
  return is === 'dropped' ? 'was dropped' : `is ${is}, not ${wanted}`
}
