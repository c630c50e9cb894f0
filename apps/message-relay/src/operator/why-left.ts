/** Why rows that an operator named were left as they are. */
import type { OperatorDatabase } from './operator-database'
import type { RowSelection } from './row-selection'
import type { Terminal } from './terminal'

interface FoundRow {
  readonly status: string
  readonly dropped: boolean
}

/** A row that was named and not changed. */
export interface Left {
  readonly outbox_id: string
  readonly reason: string
}

const idsLeft = (wanted: readonly string[], done: readonly string[]): string[] =>
  [...new Set(wanted.map((id) => id.toLowerCase()))].filter((id) => !done.includes(id))

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
  const ids = idsLeft(wanted, done)
  if (ids.length === 0) return []
  const rows = await database.query<FoundRow & { id: string }>(
    `SELECT id, status, dropped_at IS NOT NULL AS dropped FROM event_outbox WHERE id = ANY ($1::uuid[])`,
    [ids],
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => ({ outbox_id: id, reason: reason(found.get(id), state) }))
}

/**
 * The same after a change, which is done and to be told whether or not the reasons can be read: where they cannot, `terminal`
 * is told why.
 */
export async function whyLeftByChange(
  terminal: Pick<Terminal, 'warn'>,
  database: OperatorDatabase,
  wanted: readonly string[],
  done: readonly string[],
  state?: RowSelection['state'],
): Promise<Left[]> {
  try {
    return await whyLeft(database, wanted, done, state)
  } catch (error) {
    terminal.warn(
      `Why rows were left could not be read: ${error instanceof Error ? error.message : String(error)}`,
    )
    return idsLeft(wanted, done).map((id) => ({ outbox_id: id, reason: 'unknown: could not be read' }))
  }
}

function reason(row: FoundRow | undefined, state: NonNullable<RowSelection['state']>): string {
  if (row === undefined) return 'there is no such row (SENT rows are removed after a while)'
  const is = row.status === 'FAILED' && row.dropped ? 'dropped' : row.status
  const wanted = state === 'dropped' ? 'dropped' : state.toUpperCase()
  if (is === wanted) return 'is not what the other options select'
  return is === 'dropped' ? 'was dropped' : `is ${is}, not ${wanted}`
}
