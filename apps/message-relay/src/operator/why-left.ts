/** Why rows that an operator named were left as they are. */
import type { OperatorDatabase } from './operator-database'
import type { RowSelection } from './row-selection'

interface FoundRow {
  readonly status: string
  readonly dropped: boolean
}

/** A row that was named and not changed. */
export interface Left {
  readonly outbox_id: string
  readonly reason: string
}

/**
 * Why `done` lacks ids that were named: each of them once, in the order of `wanted`.
 * @throws what the database throws
 */
export async function whyLeft(
  database: OperatorDatabase,
  wanted: readonly string[],
  done: readonly string[],
  state: RowSelection['state'] = 'failed',
): Promise<Left[]> {
  const ids = [...new Set(wanted.map((id) => id.toLowerCase()))].filter((id) => !done.includes(id))
  if (ids.length === 0) return []
  const rows = await database.query<FoundRow & { id: string }>(
    `SELECT id, status, dropped_at IS NOT NULL AS dropped FROM event_outbox WHERE id = ANY ($1::uuid[])`,
    [ids],
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => ({ outbox_id: id, reason: reason(found.get(id), state) }))
}

function reason(row: FoundRow | undefined, state: NonNullable<RowSelection['state']>): string {
  if (row === undefined) return 'there is no such row (SENT rows are removed after a while)'
  const is = row.status === 'FAILED' && row.dropped ? 'dropped' : row.status
  const wanted = state === 'dropped' ? 'dropped' : state.toUpperCase()
  if (is === wanted) return 'is not what the other options select'
  return is === 'dropped' ? 'was dropped' : `is ${is}, not ${wanted}`
}
