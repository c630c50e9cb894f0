/** What becomes of a row when the database refuses to write what became of it. */
import { errorRecord, type AttemptedRow, type Settlement, type SettlementContext } from './settlement'

/**
 * SQLSTATE classes that blame what is to be written, so that every further try ends alike: data exception, integrity
 * constraint violation, program limit exceeded.
 */
const REFUSALS = /^(22|23|54)[0-9A-Z]{3}$/

/**
 * SQLSTATE classes that blame no row: the connection, the transaction, the login, a clash, a resource, a lock, an operator,
 * the system, the server itself (a corrupted page, XX001 and XX002, is of its row).
 */
const BLAME_NO_ROW = /^(08|25|28|3D|40|53|55|57|58|F0|XX000)/

/** The class of a row whose settlement was refused. */
export const REFUSED_CLASS = 'unsettleable'

/**
 * True for an error that says: never this row. Not for one with a context (`where`): that is of a statement within a
 * trigger, which every row may meet alike, as where a table of the trigger's own lacks a partition.
 */
export function isRefusal(error: unknown): boolean {
  const { code, where } = (error ?? {}) as { code?: unknown; where?: unknown }
  return typeof code === 'string' && REFUSALS.test(code) && where === undefined
}

/**
 * True for an error that PostgreSQL answered and that one row may be to blame for, or none: what a trigger raises, be it its
 * own SQLSTATE or one of a statement within it, looks like what ails every row alike, such as a right that is missing.
 */
export function mayBlameARow(error: unknown): boolean {
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown }
  return severity !== undefined && typeof code === 'string' && !BLAME_NO_ROW.test(code)
}

/** FAILED for its own fault, by a reason that says no more than the database did. */
export function refusedSettlement(
  row: AttemptedRow,
  error: unknown,
  { now, failedKeyPolicy }: Pick<SettlementContext, 'now' | 'failedKeyPolicy'>,
): Settlement {
  const { message, code } = error as Error & { code: string }
  const fault = { class: REFUSED_CLASS, code, message: `its settlement was refused: ${message}` }
  return {
    kind: 'failed',
    attempts: row.attempts + 1,
    error: errorRecord(row, fault, now),
    willRetry: false,
    holdsKey: failedKeyPolicy === 'block',
  }
}
