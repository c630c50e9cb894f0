/** Which FAILED rows an operator speaks of. */

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
 * The condition on event_outbox and its values, numbered from $1. Dropped rows are passed by, and so are those
 * that the relay sends again by itself.
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
