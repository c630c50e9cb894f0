/** What a scenario is given and what it answers: figures of ours, of the baselines, and the bounds that must hold. */
import type { BenchDatabases } from './environment/bench-databases'
import type { BenchTopics } from './environment/bench-topics'
import type { Launcher } from './environment/launcher'
import type { Figures } from './measure/statistics'

/** How much is measured: `quick` proves that all of it runs, `full` gives the figures, `long` adds what takes long. */
export type Scale = 'quick' | 'full' | 'long'

export interface BenchContext {
  readonly scale: Scale
  readonly databases: BenchDatabases
  readonly topics: BenchTopics
  readonly launch: Launcher
  /** Progress: a short note on what is measured now. */
  readonly say: (note: string) => void
}

/** One bound. A name that ends in `_max` bounds from above, every other from below. */
export interface Check {
  readonly name: string
  readonly value: number
  readonly target: number
  /** What would be outstanding, where the issue names it. */
  readonly outstanding?: number
  /** Whether the value is a ratio between two things measured in this run, or a figure of ours alone. */
  readonly kind: 'ratio' | 'figure'
}

/** A line of a plot: x and y of each point. */
export interface Curve {
  readonly plot: 'latency-against-load' | 'claim-against-table-size'
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

export interface Outcome {
  readonly ours: Figures
  readonly baselines: Readonly<Record<string, Figures>>
  readonly checks: readonly Check[]
  readonly rounds: number
  /** Why the run does not count, when a baseline was too slow to be an honest one. */
  readonly voidBecause?: string
  readonly curves?: readonly Curve[]
}

export interface Scenario {
  readonly name: string
  /** One line for the table and the help. */
  readonly title: string
  /** Measured only when it is named or with `--long`. */
  readonly onlyLong?: boolean
  /** @throws when a result is wrong, a request failed, or something did not start. */
  run(context: BenchContext): Promise<Outcome>
}

/** The figures that say that requests failed, ours and the baselines', in words: `naive errors: 3`. */
export function errorsIn({ ours, baselines }: Pick<Outcome, 'ours' | 'baselines'>): string[] {
  return Object.entries({ ours, ...baselines }).flatMap(([whose, figures]) =>
    Object.entries(figures)
      .filter(([name, value]) => /(^|_)errors(_|$)/.test(name) && value !== 0)
      .map(([name, value]) => `${whose} ${name}: ${value}`),
  )
}

/** Whether the bound holds. */
export function holds({ name, value, target }: Omit<Check, 'kind'>): boolean {
  return name.endsWith('_max') ? value <= target : value >= target
}
