/** Which rows an operator speaks of. */
import { conditionOfParts, type Condition } from './condition'
import type { OperatorDatabase } from './operator-database'

/** What one may speak of: FAILED and not given up, FAILED and given up, or SENT and still kept. */
const STATES = {
  failed: `status = 'FAILED' AND dropped_at IS NULL`,
  dropped: `status = 'FAILED' AND dropped_at IS NOT NULL`,
  sent: `status = 'SENT'`,
} as const

export interface RowSelection {
  /** `failed` where it is not said. */
  readonly state?: keyof typeof STATES
  readonly ids?: readonly string[]
  /** The class of the error. */
  readonly class?: string
  /** Created at or after this moment, as PostgreSQL reads it. */
  readonly since?: string
  /** Created before this moment. */
  readonly until?: string
}

/** True when nothing narrows the selection: every row of the state is meant. */
export function selectsAll(selection: RowSelection): boolean {
  const { ids, class: errorClass, since, until } = selection
  return !ids && errorClass === undefined && since === undefined && until === undefined
}

/**
 * The condition on event_outbox and its values. Rows that an outage failed are not passed by: an operator
 * may look at them, or give them up, as any row that is FAILED.
 */
export function conditionOf({
  state = 'failed',
  ids,
  class: errorClass,
  since,
  until,
}: RowSelection): Condition {
  return conditionOfParts(STATES[state], [
    [(place) => `id = ANY (${place}::uuid[])`, ids],
    [(place) => `last_error ->> 'class' = ${place}::text`, errorClass],
    [(place) => `created_at >= ${place}::timestamptz`, since],
    [(place) => `created_at < ${place}::timestamptz`, until],
  ])
}

/** The ids of the rows. @throws what the database throws */
export async function selectIds(database: OperatorDatabase, { where, values }: Condition): Promise<string[]> {
  const rows = await database.query<{ id: string }>(`SELECT id FROM event_outbox WHERE ${where}`, values)
  return rows.map(({ id }) => id)
}
