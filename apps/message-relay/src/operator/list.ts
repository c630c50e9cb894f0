/** `list --failed`: the rows that FAILED, newest first. */
import { conditionOf, type RowSelection } from './row-selection'
import type { OperatorDatabase } from './operator-database'

export interface FailedRow {
  outbox_id: string
  event_id: string | null
  event_type: string | null
  topic: string
  key: string
  created_at: Date
  attempts: number
  /** True: an outage failed it, and the relay sends it again by itself. */
  will_retry: boolean
  /** True: the later events of its key wait. */
  holds_key: boolean
  error_class: string | null
  error_code: string | null
  error: string | null
  last_attempt_at: string | null
}

/** At most `limit` rows, and how many there are in all. @throws what the database throws */
export async function listFailed(
  database: OperatorDatabase,
  selection: RowSelection,
  limit: number,
): Promise<{ rows: FailedRow[]; total: number }> {
  const { where, values } = conditionOf(selection)
  const [counted] = await database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM event_outbox WHERE ${where}`,
    values,
  )
  const rows = await database.query<FailedRow>(
    `SELECT id AS outbox_id, topic, last_error ->> 'class' AS error_class, last_error ->> 'message' AS error,
            payload ->> 'event_id' AS event_id, payload ->> 'event_type' AS event_type,
            key, created_at, attempts, will_retry, parked AS holds_key,
            last_error ->> 'code' AS error_code, last_error -> 'attempts' ->> -1 AS last_attempt_at
       FROM event_outbox WHERE ${where}
      ORDER BY created_at DESC, seq DESC LIMIT $${values.length + 1}`,
    [...values, limit],
  )
  return { rows, total: counted?.total ?? 0 }
}
