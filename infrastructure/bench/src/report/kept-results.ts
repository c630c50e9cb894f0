/** Keeps the figures of each scenario's last runs, and writes RESULTS.md from them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { REPOSITORY_ROOT } from '@infinite-scribe/local-stack'
import { SCENARIOS } from '../catalog'
import type { Entry } from './entries'
import { drawPlots } from './plots'
import { reasonsIn } from './reasons'
import { resultsPage } from './results-page'

const FOLDER = path.join(REPOSITORY_ROOT, 'infrastructure/bench')
const KEPT = path.join(FOLDER, 'results/figures.json')
const RUNS_KEPT = 3

/** Adds these runs to the kept ones, and writes the plots and RESULTS.md anew. */
export async function keepResults(entries: readonly Entry[]): Promise<void> {
  const kept = withRuns((await readIfThere(KEPT, '[]').then(JSON.parse)) as Entry[], entries)
  await mkdir(path.dirname(KEPT), { recursive: true })
  await writeFile(KEPT, `${JSON.stringify(kept, null, 2)}\n`)
  const plots = await drawPlots(mostPoints(kept))
  for (const { file, svg } of plots) await writeFile(path.join(path.dirname(KEPT), file), svg)
  const reasons = reasonsIn(await readIfThere(path.join(FOLDER, 'REASONS.md'), ''))
  const levers = await readIfThere(path.join(FOLDER, 'LEVERS.md'), '')
  await writeFile(path.join(FOLDER, 'RESULTS.md'), resultsPage(kept, plots, reasons, levers))
}

/** The runs with `more` behind them: of each scenario the last three, the newest last, in the catalog's order. */
export function withRuns(runs: readonly Entry[], more: readonly Entry[]): Entry[] {
  const all = [...runs, ...more]
  return SCENARIOS.flatMap(({ name }) => all.filter(({ scenario }) => scenario === name).slice(-RUNS_KEPT))
}

/** The newest run of each scenario. */
export function lastRuns(runs: readonly Entry[]): Entry[] {
  return [...new Map(runs.map((entry) => [entry.scenario, entry])).values()]
}

/** Of each scenario the run whose curves have the most points, the newest of several: a short run leaves some out. */
function mostPoints(runs: readonly Entry[]): Entry[] {
  const points = ({ curves = [] }: Entry) => curves.reduce((sum, curve) => sum + curve.points.length, 0)
  return lastRuns([...runs].sort((a, b) => points(a) - points(b)))
}

async function readIfThere(file: string, otherwise: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}
