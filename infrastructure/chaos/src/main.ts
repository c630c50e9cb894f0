/** `npm run chaos`: torments the services on a real stack, or holds a running stack to the invariants. */
import { exitCodeOf, runProgram, shutdownSignal } from '@infinite-scribe/local-stack'
import { checkRunningStack } from './check-stack'
import { loadMsOf } from './plan/length'
import { describe, planOf } from './plan/plan'
import { chaosProgram, optionsOf } from './program'
import { runSeeds, type RunOptions } from './run/run-seeds'

runProgram(async () => {
  const signal = shutdownSignal()
  let code = 0
  const program = chaosProgram({
    torment: async (given) => {
      const options = optionsOf(given)
      if (given.plan) printPlans(options)
      else code = (await runSeeds(options, signal)) ? 0 : 1
    },
    check: async (json) => {
      code = (await checkRunningStack(json)) ? 0 : 1
    },
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
