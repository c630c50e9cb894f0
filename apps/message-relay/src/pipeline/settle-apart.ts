/** Settles a batch that was refused row by row, as far as need be, to learn which of its rows are refused. */
import { isRefusal, mayBlameARow } from '../policy/refused-settlement'
import type { Settlement } from '../policy/settlement'
import type { SettledBatch } from './settle'

export interface Apart {
  /** The kinds of settlement that the database took of some row. */
  readonly taken: Set<Settlement['kind']>
  /** Refused, each alone. */
  readonly refused: { readonly settled: SettledBatch; readonly error: unknown }[]
  readonly unanswered: SettledBatch[]
}

/**
 * Tries the halves of `batch`, which was refused by `error`, and so on.
 * @param settle returns how many rows were changed, and throws what the database throws
 */
export async function settleApart(
  batch: readonly SettledBatch[],
  error: unknown,
  settle: (rows: readonly SettledBatch[]) => Promise<number>,
): Promise<Apart> {
  const apart: Apart = { taken: new Set(), refused: [], unanswered: [] }
  const divide = async (rows: readonly SettledBatch[], refusal: unknown): Promise<void> => {
    const [settled] = rows
    if (settled && rows.length === 1) apart.refused.push({ settled, error: refusal })
    else for (const half of halves(rows)) await tryHalf(half)
  }
  const tryHalf = async (rows: readonly SettledBatch[]): Promise<void> => {
    try {
      // Rows that somebody else settled prove nothing.
      if ((await settle(rows)) < rows.length) return
      for (const { settlement } of rows) apart.taken.add(settlement.kind)
    } catch (error) {
      if (isRefusal(error) || mayBlameARow(error)) await divide(rows, error)
      else apart.unanswered.push(...rows)
    }
  }
  await divide(batch, error)
  // What refused a row before another of its kind was taken may have ended in between.
  for (const one of apart.refused.splice(0)) {
    if (apart.taken.has(one.settled.settlement.kind)) await tryHalf([one.settled])
    else apart.refused.push(one)
  }
  return apart
}

/** `rows` in two, the first no smaller. */
export function halves<T>(rows: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(rows.length / 2)
  return [rows.slice(0, middle), rows.slice(middle)]
}
