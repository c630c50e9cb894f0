/** Runs seeds one after another on one PostgreSQL and one Kafka, and prints what they come to. */
import { writeFile } from 'node:fs/promises'
import { progressOn } from '@infinite-scribe/local-stack'
import { FAULT_KINDS } from '../plan/kinds'
import { loadMsOf, repeatCommand } from '../plan/length'
import { planOf, type PlanOptions } from '../plan/plan'
import { isHeld, summaryOf } from '../report/summary'
import { renderFailure, renderSummary } from '../report/table'
import { openServers } from '../system/servers'
import { runSeed, type SeedResult } from './run-seed'

export interface RunOptions extends PlanOptions {
  readonly seeds: readonly number[]
  /** Of the whole run. */
  readonly minutes: number
  readonly json?: string
}

/** Whether nothing was broken in any seed. @throws when the stack cannot be brought up */
export async function runSeeds(options: RunOptions, signal: AbortSignal): Promise<boolean> {
  const progress = progressOn(process.stderr)
  const servers = await progress.step('PostgreSQL and Kafka', () =>
    openServers(process.env, { smallDisk: (options.kinds ?? FAULT_KINDS).includes('disk full') }),
  )
  const results: SeedResult[] = []
  try {
    for (const seed of options.seeds) {
      const plan = planOf(seed, loadMsOf(options), options)
      const result = await progress.step(`seed ${seed}`, (say) => runSeed(servers, plan, say, signal))
      results.push(result)
      process.stdout.write(renderFailure(result, repeatCommand(plan, options)))
      if (!isHeld(result)) servers.run.keepLogs()
    }
  } finally {
    await servers.close()
    if (results.length > 0) process.stdout.write(renderSummary(results))
    if (options.json !== undefined)
      await writeFile(options.json, `${JSON.stringify(fileOf(results), null, 2)}\n`)
  }
  return results.every(isHeld)
}

const fileOf = (results: readonly SeedResult[]) => ({
  ...summaryOf(results),
  runs: results.map(({ plan, faults, failures, verdicts, timeline, seconds }) => ({
    plan,
    faults,
    failures,
    verdicts,
    timeline,
    seconds,
  })),
})
