/** What an invariant is, what it is judged by, and what it says. */
import type { Evidence } from './evidence'

export const INVARIANT_IDS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10'] as const
export type InvariantId = (typeof INVARIANT_IDS)[number]

export type Row = Readonly<Record<string, unknown>>

export interface Finding {
  /** What is true of each of the rows. */
  readonly what: string
  readonly count: number
  /** Some of them, at most {@link ROWS_SHOWN}. */
  readonly rows: readonly Row[]
}

/** A finding that breaks the invariant. */
export type Violation = Finding

export interface Judgement {
  /** How many things were looked at: an invariant that was held to nothing has not held. */
  readonly judged: number
  /** How many of them there were of a sort that may be missing: `for being late`, say. */
  readonly amongThem?: Readonly<Record<string, number>>
  readonly violations: readonly Violation[]
  /** What is worth knowing and breaks nothing. */
  readonly notes?: readonly Finding[]
}

export interface Invariant {
  readonly id: InvariantId
  /** As a sentence that is true of a system that keeps its word. */
  readonly title: string
  check(open: OpenEvidence): Promise<Judgement>
}

/** The evidence laid out as tables that are seen by one connection alone, beside the system's own tables. */
export interface OpenEvidence {
  readonly given: Evidence
  /** @throws what PostgreSQL throws */
  query<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>
}

export const ROWS_SHOWN = 20

/** Those of `findings` that there are: each a sentence and the SQL of the rows of which it is true. */
export async function violationsOf(
  open: OpenEvidence,
  findings: readonly (readonly [what: string, sql: string, values?: readonly unknown[]])[],
): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const [what, sql, values = []] of findings) {
    const rows = await open.query(sql, values)
    if (rows.length > 0) violations.push({ what, count: rows.length, rows: rows.slice(0, ROWS_SHOWN) })
  }
  return violations
}

/** The one number that `sql` selects as `count`. */
export async function countOf(
  open: OpenEvidence,
  sql: string,
  values: readonly unknown[] = [],
): Promise<number> {
  const [row] = await open.query<{ count: number }>(sql, values)
  return row?.count ?? 0
}
