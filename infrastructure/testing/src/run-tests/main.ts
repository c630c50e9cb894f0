/** `npm test`: one PostgreSQL and one Kafka for the whole run, every suite in turn, and one line that sums it up. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  chooseProvider,
  exitCodeOf,
  explain,
  obstacleTo,
  openProvider,
  progressOn,
  REPOSITORY_ROOT,
  RunFolder,
  runProgram,
  shutdownSignal,
  STACK_FOLDER,
  sweep,
  type StackProvider,
} from '@infinite-scribe/local-stack'
import { coverageOfPackages, describeCoverage, type CoverageSummary } from './coverage-gate'
import { runJest, type JestResults } from './jest-process'
import { judgeSkips, tally, type AllowedSkip } from './tally'

const ALLOWED_SKIPS = join(REPOSITORY_ROOT, 'infrastructure/testing/allowed-skips.json')
const COVERAGE_FOLDER = join(REPOSITORY_ROOT, 'coverage')
const RUNS = join(STACK_FOLDER, 'runs')
// Tests wait for servers and time-outs for most of their time: two workers more than there are cores. All share one PostgreSQL.
const WORKERS = `--maxWorkers=${Math.min(availableParallelism() + 2, 4)}`

interface Phase {
  readonly title: string
  readonly projects: readonly string[]
  readonly args: readonly string[]
}

const phases = (coverage: boolean, long: boolean): Phase[] => [
  {
    title: 'Unit and integration tests',
    projects: ['unit', 'int'],
    args: [WORKERS, ...(coverage ? ['--coverage'] : [])],
  },
  { title: 'End-to-end tests, and the simulation', projects: ['e2e', 'sim'], args: [WORKERS] },
  {
    title: 'Tests that stop and kill servers of their own',
    projects: long ? ['serial', 'long'] : ['serial'],
    args: ['--runInBand'],
  },
]

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** What a developer's shell says about servers is not for the tests, which get their own. */
const testEnvironment = async (provider: StackProvider, long: boolean): Promise<NodeJS.ProcessEnv> => {
  const { DATABASE_URL, KAFKA_BROKERS, ...rest } = process.env
  void DATABASE_URL
  void KAFKA_BROKERS
  const servers = {
    TEST_DATABASE_URL: provider.postgres.adminUrl,
    TEST_KAFKA_BROKERS: provider.kafka.brokers,
  }
  const runnable = await Promise.all([obstacleTo('native', {}), obstacleTo('containers', {})])
  const providers = ['native', 'containers'].filter((_, at) => runnable[at] === undefined)
  return {
    ...rest,
    ...servers,
    TEST_STACK_PROVIDERS: ['external', ...providers].join(','),
    ...(long ? { TEST_LONG: '1' } : {}),
    FORCE_COLOR: process.stderr.isTTY ? '1' : '0',
  }
}

interface Outcome {
  readonly results: readonly JestResults[]
  /** Phases that ended without results. */
  readonly broken: readonly string[]
}

const runPhases = async (
  provider: StackProvider,
  folder: string,
  options: { readonly patterns: readonly string[]; readonly long: boolean; readonly signal: AbortSignal },
): Promise<Outcome> => {
  const environment = await testEnvironment(provider, options.long)
  const results: JestResults[] = []
  const broken: string[] = []
  for (const { title, projects, args } of phases(options.patterns.length === 0, options.long)) {
    if (options.signal.aborted) break
    say(`\n${title}`)
    const found = await runJest({
      projects,
      args: [...args, ...options.patterns],
      environment,
      resultsFile: join(folder, `${projects.join('-')}.json`),
      signal: options.signal,
    })
    if (found === undefined) broken.push(title)
    else results.push(found)
  }
  return { results, broken }
}

/** Prints the verdict; its last line is the sum. Answers whether all is well. */
const report = ({ results, broken }: Outcome, withCoverage: boolean): boolean => {
  const sum = tally(results)
  const allowed = JSON.parse(readFileSync(ALLOWED_SKIPS, 'utf8')) as AllowedSkip[]
  const skips = judgeSkips(sum.skipped, allowed)
  const unexpected = skips.filter(({ because }) => because === undefined)
  const packages = withCoverage ? readCoverage() : []

  say('')
  if (withCoverage) describeCoverage(packages).forEach(say)
  for (const { name, because } of skips)
    say(`skipped: ${name} (${because ?? 'not on the list of allowed skips'})`)
  for (const name of sum.failures) say(`failed: ${name}`)
  for (const title of broken) say(`failed: ${title} gave no results`)
  if (unexpected.length > 0) say(`${unexpected.length} tests were skipped that may not be (${ALLOWED_SKIPS})`)
  const covered = packages.every(({ enough }) => enough)
  if (!covered) say('Coverage is below the gate.')

  const failed = sum.failed + broken.length
  say(`${sum.passed} passed, ${failed} failed, ${sum.skipped.length} skipped`)
  return failed === 0 && unexpected.length === 0 && covered
}

const readCoverage = () => {
  const file = join(COVERAGE_FOLDER, 'coverage-summary.json')
  if (!existsSync(file)) return []
  return coverageOfPackages(JSON.parse(readFileSync(file, 'utf8')) as CoverageSummary, REPOSITORY_ROOT)
}

runProgram(async () => {
  const args = process.argv.slice(2)
  const long = args.includes('--long')
  const patterns = args.filter((arg) => arg !== '--long' && arg !== '--')
  const signal = shutdownSignal()
  const progress = progressOn(process.stdout)

  const run = await RunFolder.open(RUNS, `test-${process.pid}`)
  let provider: StackProvider | undefined
  try {
    const name = await chooseProvider(process.env)
    const opened = await openProvider(name, run, process.env)
    provider = opened
    await progress.step(`PostgreSQL and Kafka (${name})`, () => opened.start())
    const folder = join(run.path, 'results')
    mkdirSync(folder, { recursive: true })
    if (patterns.length === 0) rmSync(COVERAGE_FOLDER, { recursive: true, force: true })
    const outcome = await runPhases(provider, folder, { patterns, long, signal })
    await provider.close()
    if (signal.aborted) return exitCodeOf(signal)
    return report(outcome, patterns.length === 0) ? 0 : 1
  } catch (error) {
    say(explain(error))
    say('0 passed, 1 failed, 0 skipped')
    run.keepLogs()
    return 1
  } finally {
    await provider?.close()
    run.release()
    // Servers of tests that were interrupted.
    await sweep(RUNS)
  }
})
