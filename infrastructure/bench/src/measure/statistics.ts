/** Medians and percentiles of what was measured. */

/** Named numbers; the unit is the end of the name (`_ms`, `_mb`, `_per_s`). */
export type Figures = Readonly<Record<string, number>>

/** The middle value; the mean of the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** The value that `share` (0 to 1) of the values do not exceed: the nearest rank. NaN of nothing. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return sorted[rank - 1] ?? NaN
}

/** p50, p99 and the largest of latencies in milliseconds. */
export function latencyFigures(milliseconds: readonly number[]): {
  p50_ms: number
  p99_ms: number
  max_ms: number
} {
  const sorted = Float64Array.from(milliseconds).sort()
  return {
    p50_ms: percentile(sorted, 0.5),
    p99_ms: percentile(sorted, 0.99),
    max_ms: percentile(sorted, 1),
  }
}

/** The median of each figure over the rounds; of errors the sum, for one is one too many. */
export function medianOfRounds(rounds: readonly Figures[]): Figures {
  const names = new Set(rounds.flatMap((round) => Object.keys(round)))
  return Object.fromEntries(
    [...names].map((name) => {
      const values = rounds.flatMap((round) => round[name] ?? [])
      return [name, name === 'errors' ? values.reduce((sum, value) => sum + value, 0) : median(values)]
    }),
  )
}
