/** Runs scenarios one after another on one PostgreSQL and one broker; a scenario that fails does not stop the next. */
import { progressOn } from '@infinite-scribe/local-stack'
import { BenchDatabases } from './environment/bench-databases'
import { BenchTopics } from './environment/bench-topics'
import { Launcher } from './environment/launcher'
import { surroundings } from './environment/machine'
import { openServers } from './environment/servers'
import { entryOf, failedEntry, type Entry } from './report/entries'
import { errorsIn, type Scale, type Scenario } from './scenario'

export interface Run {
  readonly entries: readonly Entry[]
  readonly failures: readonly { scenario: string; error: unknown }[]
}

/**
 * Measures the scenarios; when `signal` aborts, what is under way is ended and the rest left out.
 * @param nodeArguments what Node is told in our services on top of what they are always told
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  scale: Scale,
  signal: AbortSignal,
  nodeArguments: readonly string[] = [],
): Promise<Run> {
  const progress = progressOn(process.stderr)
  const servers = await progress.step('PostgreSQL and Kafka', () => openServers(process.env))
  const databases = new BenchDatabases(servers.adminUrl)
  const topics = new BenchTopics(servers.brokers)
  const launch = new Launcher(servers.run, servers.brokers, nodeArguments)
  // Asked anew after each wait.
  const isAborted = () => signal.aborted
  const abandon = () => void launch.close()
  signal.addEventListener('abort', abandon, { once: true })
  const entries: Entry[] = []
  const failures: { scenario: string; error: unknown }[] = []
  try {
    const where = await surroundings(servers)
    for (const scenario of scenarios) {
      if (isAborted()) break
      try {
        const outcome = await progress.step(scenario.name, (say) =>
          scenario.run({ scale, databases, topics, launch, say }),
        )
        entries.push(entryOf(scenario, outcome, where))
        const errors = errorsIn(outcome)
        if (errors.length > 0)
          failures.push({ scenario: scenario.name, error: `requests failed: ${errors.join(', ')}` })
      } catch (error) {
        if (!isAborted()) entries.push(failedEntry(scenario, error, where))
        failures.push({ scenario: scenario.name, error })
        await launch.close()
      }
    }
  } finally {
    // Whatever cannot be cleaned up, the servers must not outlive the program.
    await launch.close()
    await Promise.allSettled([databases.close(), topics.close()])
    await servers.close()
  }
  return { entries, failures }
}
