/** How long there is load in a seed, and the command that runs one seed again by itself. */
import type { Plan, PlanOptions } from './plan'

/** What a seed needs beside its load: the start of its processes, the calm, the check. */
const AROUND_MS = 14_000
const SHORTEST_LOAD_MS = 9_000
const A_MINUTE_MS = 60_000

/** How long there is load in each of `seeds`, which take `minutes` together. */
export const loadMsOf = ({ minutes, seeds }: { minutes: number; seeds: readonly number[] }): number =>
  Math.max(SHORTEST_LOAD_MS, Math.floor((minutes * A_MINUTE_MS) / seeds.length) - AROUND_MS)

/** What to type to have the plan of one seed again, whatever run it was a part of. */
export function repeatCommand({ seed, loadMs }: Plan, { kinds, paceMs }: PlanOptions): string {
  // Rounded up: a millisecond less could be a fault less.
  const minutes = Math.ceil(((loadMs + AROUND_MS) / A_MINUTE_MS) * 1e6) / 1e6
  const options = [
    `--seed ${seed} --minutes ${minutes}`,
    ...(paceMs === undefined ? [] : [`--pace ${paceMs / 1_000}`]),
    ...(kinds?.length === 0 ? ['--no-faults'] : []),
    ...(kinds ?? []).map((kind) => `--only '${kind}'`),
  ]
  return `npm run chaos -- ${options.join(' ')}`
}
