/** `npm run bench`: measures what is asked for, prints it beside its baselines, and keeps the figures. */
import { exitCodeOf, explain, runProgram, shutdownSignal, StackRefusal } from '@infinite-scribe/local-stack'
import { Command, InvalidArgumentError } from 'commander'
import { SCENARIOS } from './catalog'
import { profilingInto } from './environment/launcher'
import { keepResults } from './report/kept-results'
import { writeEntries } from './report/entries'
import { renderTable } from './report/table'
import { runScenarios } from './run-scenarios'
import type { Scale, Scenario } from './scenario'

interface Options {
  readonly quick?: true
  readonly long?: true
  readonly record?: true
  readonly json?: string
  readonly cpuProf?: string
}

const named = (name: string, earlier: Scenario[]): Scenario[] => {
  const scenario = SCENARIOS.find((one) => one.name === name)
  if (!scenario) {
    throw new InvalidArgumentError(`it must be one of: ${SCENARIOS.map((one) => one.name).join(', ')}`)
  }
  return [...earlier, scenario]
}

const program = new Command('npm run bench --')
  .description('Measures the services on a real PostgreSQL and Kafka, interleaved with their baselines.')
  .argument('[scenario...]', SCENARIOS.map(({ name, title }) => `\n${name}: ${title}`).join(''), named, [])
  .option('--quick', 'under two minutes: proves that everything runs; its figures mean little')
  .option('--long', 'also what takes long: the soak, the steady ten minutes, and ten million rows')
  .option('--json <file>', 'write the figures to a file')
  .option('--cpu-prof <folder>', 'write the CPU profile of each service there; such figures are not kept')
  .option('--record', 'keep the figures in RESULTS.md, as a run of all scenarios does')

runProgram(async () => {
  const signal = shutdownSignal()
  program.parse()
  const asked = program.processedArgs[0] as Scenario[]
  const { quick, long, json, record, cpuProf } = program.opts<Options>()
  if (quick && long) throw new StackRefusal('--quick and --long exclude each other')
  if (quick && record) throw new StackRefusal('--quick gives no figures to keep: leave out --record')
  if (cpuProf !== undefined && record) {
    throw new StackRefusal('A profiler slows what it measures: leave out --record with --cpu-prof')
  }
  const scale: Scale = quick ? 'quick' : long ? 'long' : 'full'
  const all = SCENARIOS.filter(({ onlyLong }) => !onlyLong || scale === 'long')

  const nodeArguments = cpuProf === undefined ? [] : profilingInto(cpuProf)

  const scenarios = asked.length > 0 ? asked : all
  const { entries, failures } = await runScenarios(scenarios, scale, signal, nodeArguments)
  process.stdout.write(renderTable(entries))
  if (json !== undefined) await writeEntries(json, entries)
  const isKept = record ?? (asked.length === 0 && !quick && cpuProf === undefined)
  if (isKept && !signal.aborted) await keepResults(entries)
  for (const { scenario, error } of failures) {
    process.stderr.write(`\n${scenario} failed: ${explain(error)}\n`)
  }
  if (signal.aborted) return exitCodeOf(signal)
  return failures.length > 0 ? 1 : 0
})
