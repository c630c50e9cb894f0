/** A scenario's outcome as the JSON file has it. */
import { writeFile } from 'node:fs/promises'
import type { Surroundings } from '../environment/machine'
import type { Figures } from '../measure/statistics'
import { errorsIn, holds, type Curve, type Outcome, type Scenario } from '../scenario'

export interface Entry extends Surroundings {
  readonly scenario: string
  readonly ours: Figures
  readonly baselines: Readonly<Record<string, Figures>>
  /** Ours through a baseline's. */
  readonly ratios: Readonly<Record<string, number>>
  /** The bounds, by the name of the ratio or of the figure of ours; a name in `_max` bounds from above. */
  readonly targets: Readonly<Record<string, number>>
  /** What would be outstanding, of the bounds that have such a mark. */
  readonly outstanding?: Readonly<Record<string, number>>
  readonly held: boolean
  readonly rounds: number
  readonly void_because?: string
  readonly curves?: readonly Curve[]
}

export function entryOf(scenario: Scenario, outcome: Outcome, where: Surroundings): Entry {
  const { checks, voidBecause, curves } = outcome
  const valuesOf = (kind: 'ratio' | 'figure') =>
    Object.fromEntries(
      checks.filter((check) => check.kind === kind).map(({ name, value }) => [name, round(value)]),
    )
  return {
    scenario: scenario.name,
    ours: rounded({ ...outcome.ours, ...valuesOf('figure') }),
    baselines: Object.fromEntries(
      Object.entries(outcome.baselines).map(([name, figures]) => [name, rounded(figures)]),
    ),
    ratios: valuesOf('ratio'),
    targets: Object.fromEntries(checks.map(({ name, target }) => [name, round(target)])),
    outstanding: Object.fromEntries(
      checks.flatMap(({ name, outstanding }) => (outstanding === undefined ? [] : [[name, outstanding]])),
    ),
    held:
      voidBecause === undefined &&
      errorsIn(outcome).length === 0 &&
      checks.every(({ name, value, target }) => holds({ name, value: round(value), target: round(target) })),
    ...where,
    rounds: outcome.rounds,
    ...(voidBecause !== undefined && { void_because: voidBecause }),
    ...(curves && { curves }),
  }
}

/** What stands for a scenario that ended by `error`: without it an older run would pass for this one. */
export function failedEntry(scenario: Scenario, error: unknown, where: Surroundings): Entry {
  const voidBecause = `it failed: ${error instanceof Error ? error.message : String(error)}`
  return entryOf(scenario, { ours: {}, baselines: {}, checks: [], rounds: 0, voidBecause }, where)
}

/** Writes exactly what the file promises; what only the page of results needs stays out. */
export async function writeEntries(file: string, entries: readonly Entry[]): Promise<void> {
  const promised = entries.map(
    ({ scenario, ours, baselines, ratios, targets, held, machine, versions, commit, rounds }) => ({
      scenario,
      ours,
      baselines,
      ratios,
      targets,
      held,
      machine,
      versions,
      commit,
      rounds,
    }),
  )
  await writeFile(file, `${JSON.stringify(promised, null, 2)}\n`)
}

function rounded(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]))
}

/** Four digits say more than was measured. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}
