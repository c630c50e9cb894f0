/** `npm run chaos`: torments the services on a real stack, or holds a running stack to the invariants. */
import { exitCodeOf, runProgram, shutdownSignal } from '@infinite-scribe/local-stack'
import { Command, InvalidArgumentError } from 'commander'
import { checkRunningStack } from './check-stack'
import { FAULT_KINDS, type FaultKind } from './plan/kinds'
import { loadMsOf } from './plan/length'
import { describe, planOf } from './plan/plan'
import { SHORT_SET } from './plan/short-set'
import { runSeeds, type RunOptions } from './run/run-seeds'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1')
  return value
}

const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0')
  return value
}

const kind = (text: string, earlier: FaultKind[] = []): FaultKind[] => {
  const found = FAULT_KINDS.find((one) => one === text)
  if (!found) throw new InvalidArgumentError(`it must be one of: ${FAULT_KINDS.join(', ')}`)
  return [...earlier, found]
}

interface Options {
  readonly seed: number
  readonly seeds: number
  readonly minutes?: number
  readonly json?: string
  readonly only?: FaultKind[]
  readonly faults: boolean
  readonly pace?: number
  readonly short?: true
  readonly plan?: true
}

const optionsOf = ({ seed, seeds, minutes, only, faults, json, pace, short }: Options): RunOptions => ({
  seeds: Array.from({ length: seeds }, (_, number) => seed + number),
  minutes: minutes ?? seeds * MINUTES_A_SEED,
  ...(pace === undefined ? {} : { paceMs: pace * 1_000 }),
  ...(faults ? (only ? { kinds: only } : {}) : { kinds: [] }),
  ...(short ? SHORT_SET : {}),
  ...(json === undefined ? {} : { json }),
})

const MINUTES_A_SEED = 1.5

const program = new Command('npm run chaos --')
  .description(
    'Puts the services under load and faults that a seed decides, and holds them to the invariants.',
  )
  .option('--seed <n>', 'the first seed', whole, 1)
  .option('--seeds <n>', 'how many seeds, one after another', whole, 1)
  .option('--minutes <m>', `how long all of it takes; ${MINUTES_A_SEED} for each seed unless given`, positive)
  .option('--json <file>', 'write the figures to a file')
  .option('--only <kind>', `only this kind of fault; can be repeated:\n${FAULT_KINDS.join(', ')}`, kind)
  .option('--pace <seconds>', 'from one fault to the next; 8.5 unless given', positive)
  .option('--short', 'the fixed short set that every change is held to, in under a minute')
  .option('--no-faults', 'the same load and nothing else: for memory that must stay level')
  .option('--plan', 'print what the seeds decide, and do nothing')

runProgram(async () => {
  const signal = shutdownSignal()
  let code = 0
  program.action(async () => {
    const given = program.opts<Options>()
    const options = optionsOf(given)
    if (given.plan) {
      printPlans(options)
      return
    }
    code = (await runSeeds(options, signal)) ? 0 : 1
  })
  program
    .command('check')
    .description('holds the running stack (npm start) to the invariants, as it stands')
    .option('--json <file>', 'write the verdicts to a file')
    .action(async ({ json }: { json?: string }) => {
      code = (await checkRunningStack(json)) ? 0 : 1
    })
  await program.parseAsync().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return signal.aborted ? exitCodeOf(signal) : code
})

function printPlans(options: RunOptions): void {
  for (const seed of options.seeds) {
    const plan = planOf(seed, loadMsOf(options), options)
    process.stdout.write(`seed ${seed}, ${(plan.loadMs / 1000).toFixed(1)} s of load\n`)
    for (const fault of plan.faults) {
      process.stdout.write(`  ${(fault.atMs / 1000).toFixed(1).padStart(6)} s  ${describe(fault)}\n`)
    }
  }
}
