/** Settles a batch that was refused row by row, as far as need be, to learn which of its rows are to blame. */
import { isRefusal, mayBlameARow } from '../policy/refused-settlement'
import type { Settlement } from '../policy/settlement'
import type { SettledBatch } from './settlement-writer'

interface Refused {
  readonly settled: SettledBatch
  readonly error: unknown
}

export interface Apart {
  /** Refused alone, by an error that says: never this row, or after another of their kind was taken. */
  readonly toBlame: readonly Refused[]
  /** Not answered for, or refused while none of their kind was taken. */
  readonly left: SettledBatch[]
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
  const taken = new Set<Settlement['kind']>()
  const left: SettledBatch[] = []
  const refused: Refused[] = []
  const divide = async (rows: readonly SettledBatch[], refusal: unknown): Promise<void> => {
    const [settled] = rows
    if (settled && rows.length === 1) refused.push({ settled, error: refusal })
    else for (const half of halves(rows)) await tryHalf(half)
  }
  const tryHalf = async (rows: readonly SettledBatch[]): Promise<void> => {
    try {
      // Rows that somebody else settled prove nothing.
      if ((await settle(rows)) < rows.length) return
      for (const { settlement } of rows) taken.add(settlement.kind)
    } catch (refusal) {
      if (mayBlameARow(refusal)) await divide(rows, refusal)
      else left.push(...rows)
    }
  }
  await divide(batch, error)
  for (const one of refused.splice(0)) {
    if (isRefusal(one.error)) refused.push(one)
    // What refused a row before another of its kind was taken may have ended in between.
    else if (taken.has(one.settled.settlement.kind)) await tryHalf([one.settled])
    else left.push(one.settled)
  }
  return { toBlame: refused, left }
}

/** `rows` in two, the first no smaller. */
function halves<T>(rows: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(rows.length / 2)
  return [rows.slice(0, middle), rows.slice(middle)]
}
