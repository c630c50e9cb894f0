/** What becomes of a row when the database refuses to write what became of it. */
import { errorRecord, type AttemptedRow, type Settlement, type SettlementContext } from './settlement'

/**
 * SQLSTATE classes that blame what is to be written, so that every further try ends alike: data exception, integrity
 * constraint violation, program limit exceeded.
 */
const REFUSALS = /^(22|23|54)[0-9A-Z]{3}$/

/** The class of a row whose settlement was refused. */
export const REFUSED_CLASS = 'unsettleable'

/** True for an error of a statement that says: never this row. */
export function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && REFUSALS.test(code)
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
