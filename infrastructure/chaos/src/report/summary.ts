/** What all seeds of a run come to, as the JSON file has it. */
import { brokenAmong } from '../invariants/check-invariants'
import { FAULT_KINDS, type FaultKind } from '../plan/kinds'
import type { SeedResult } from '../run/run-seed'
import { steadyMemoryOf, type MemoryOfProcess } from '../invariants/i10-bounded'

export interface Summary {
  readonly seeds: readonly number[]
  readonly minutes: number
  readonly held: boolean
  readonly landed: number
  readonly faults: readonly {
    readonly kind: FaultKind
    readonly struck: number
    readonly landed: number
    readonly impossible: boolean
    readonly longestRecoveryMs: number | null
  }[]
  readonly commands: number
  readonly answers: Readonly<Record<string, number>>
  readonly events: number
  readonly duplicates: number
  readonly streams: { readonly opened: number; readonly shown: number }
  readonly longest_recovery_ms: number | null
  /** Of a gateway and of a relay. */
  readonly memory_mb: Readonly<Record<string, { readonly median: number; readonly peak: number }>>
  /** Of each process that was measured long enough to be judged by I10. */
  readonly steady: readonly MemoryOfProcess[]
  readonly invariants: readonly {
    readonly id: string
    readonly title: string
    readonly judged: number
    readonly among_them: Readonly<Record<string, number>>
    readonly violations: number
  }[]
}

export function summaryOf(results: readonly SeedResult[]): Summary {
  const faults = results.flatMap((result) => result.faults)
  const samples = results.flatMap((result) => result.samples)
  return {
    seeds: results.map(({ plan }) => plan.seed),
    minutes: round(sum(results.map(({ seconds }) => seconds)) / 60),
    held: results.every(isHeld),
    landed: faults.filter(({ outcome }) => outcome === 'landed').length,
    faults: FAULT_KINDS.map((kind) => {
      const own = faults.filter((fault) => fault.kind === kind)
      return {
        kind,
        struck: own.filter(({ outcome }) => outcome !== 'impossible').length,
        landed: own.filter(({ outcome }) => outcome === 'landed').length,
        impossible: own.some(({ outcome }) => outcome === 'impossible'),
        longestRecoveryMs: longest(own),
      }
    }),
    commands: sum(results.map(({ commands }) => commands)),
    answers: sumByName(results.map(({ answers }) => answers)),
    events: sum(results.map(({ events }) => events)),
    duplicates: sum(results.map(({ duplicates }) => duplicates)),
    streams: {
      opened: sum(results.map(({ streams }) => streams.opened)),
      shown: sum(results.map(({ streams }) => streams.shown)),
    },
    longest_recovery_ms: longest(faults),
    memory_mb: Object.fromEntries(
      ['gateway', 'relay'].map((role) => {
        const own = samples
          .filter((sample) => sample.process.startsWith(role))
          .map(({ residentMb }) => residentMb)
        const sorted = own.sort((a, b) => a - b)
        return [role, { median: sorted[Math.floor(sorted.length / 2)] ?? 0, peak: sorted.at(-1) ?? 0 }]
      }),
    ),
    steady: steadyMemoryOf(samples),
    invariants: (results[0]?.verdicts ?? []).map(({ id, title }) => {
      const own = results.flatMap(({ verdicts }) => verdicts.filter((verdict) => verdict.id === id))
      return {
        id,
        title,
        judged: sum(own.map(({ judged }) => judged)),
        among_them: sumByName(own.map(({ amongThem = {} }) => amongThem)),
        violations: sum(own.flatMap(({ violations }) => violations.map(({ count }) => count))),
      }
    }),
  }
}

/** Whether nothing at all was wrong with a seed. */
export const isHeld = ({ failures, verdicts }: SeedResult): boolean =>
  failures.length === 0 && brokenAmong(verdicts).length === 0

function longest(faults: SeedResult['faults']): number | null {
  const known = faults.flatMap(({ recoveryMs }) => (recoveryMs === undefined ? [] : [recoveryMs]))
  return known.length === 0 ? null : Math.max(...known)
}

function sumByName(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const one of all)
    for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count
  return Object.fromEntries(Object.entries(total).sort(([a], [b]) => a.localeCompare(b)))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const round = (value: number): number => Math.round(value * 10) / 10
