/** Keeps the figures of the last whole run, and writes RESULTS.md from them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { REPOSITORY_ROOT } from '@infinite-scribe/local-stack'
import { SCENARIOS } from '../catalog'
import type { Entry } from './entries'
import { drawPlots } from './plots'
import { resultsPage } from './results-page'

const FOLDER = path.join(REPOSITORY_ROOT, 'infrastructure/bench')
const KEPT = path.join(FOLDER, 'results/figures.json')
const LEVERS = path.join(FOLDER, 'LEVERS.md')

/** Replaces the kept figures of these scenarios, the plots and RESULTS.md. */
export async function keepResults(entries: readonly Entry[]): Promise<void> {
  const kept = new Map((await readKept()).map((entry) => [entry.scenario, entry]))
  for (const entry of entries) kept.set(entry.scenario, entry)
  const all = SCENARIOS.flatMap(({ name }) => kept.get(name) ?? [])
  await mkdir(path.dirname(KEPT), { recursive: true })
  await writeFile(KEPT, `${JSON.stringify(all, null, 2)}\n`)
  const plots = await drawPlots(all)
  for (const { file, svg } of plots) await writeFile(path.join(path.dirname(KEPT), file), svg)
  const levers = await readFile(LEVERS, 'utf8').catch(() => '')
  await writeFile(path.join(FOLDER, 'RESULTS.md'), resultsPage(all, plots, levers))
}

async function readKept(): Promise<Entry[]> {
  try {
    return JSON.parse(await readFile(KEPT, 'utf8')) as Entry[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
