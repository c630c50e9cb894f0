/** Which FAILED rows an operator speaks of. */
import type { OperatorDatabase } from './operator-database'

export interface FailedSelection {
  readonly ids?: readonly string[]
  /** The class of the error. */
  readonly class?: string
  /** Created at or after this moment, as PostgreSQL reads it. */
  readonly since?: string
  /** Created before this moment. */
  readonly until?: string
}

/** True when nothing narrows the selection: every FAILED row is meant. */
export function selectsAll(selection: FailedSelection): boolean {
  const { ids, class: errorClass, since, until } = selection
  return !ids && errorClass === undefined && since === undefined && until === undefined
}

/**
 * The condition on event_outbox and its values, numbered from $1. Dropped rows are passed by. Those that an outage
 * failed are not: an operator may look at them, send them sooner, or give them up, as any row that is FAILED.
 */
export function failedRows(selection: FailedSelection): { where: string; values: unknown[] } {
  const conditions = [`status = 'FAILED'`, 'dropped_at IS NULL']
  const values: unknown[] = []
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  add((p) => `id = ANY (${p}::uuid[])`, selection.ids)
  add((p) => `last_error ->> 'class' = ${p}::text`, selection.class)
  add((p) => `created_at >= ${p}::timestamptz`, selection.since)
  add((p) => `created_at < ${p}::timestamptz`, selection.until)
  return { where: conditions.join(' AND '), values }
}

export interface SelectedRow {
  readonly id: string
  readonly seq: string
}

/** The rows themselves, in the order in which everybody locks several of them. @throws what the database throws */
export function selectRows(database: OperatorDatabase, selection: FailedSelection): Promise<SelectedRow[]> {
  const { where, values } = failedRows(selection)
  return database.query<SelectedRow>(
    `SELECT id, seq FROM event_outbox WHERE ${where} ORDER BY lane, seq`,
    values,
  )
}
