/** The command line of `npm run chaos`. */
import { Command, InvalidArgumentError } from 'commander'
import { FAULT_KINDS, type FaultKind } from './plan/kinds'
import { SHORT_SET } from './plan/short-set'
import type { RunOptions } from './run/run-seeds'

export interface ChaosVerbs {
  /** Runs seeds, or prints their plan. */
  torment(options: ChaosOptions): Promise<void>
  /** Holds the running stack to the invariants. @param json the file that gets the verdicts */
  check(json: string | undefined): Promise<void>
}

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

export interface ChaosOptions {
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

/** What the seeds are run with. */
export const optionsOf = ({
  seed,
  seeds,
  minutes,
  only,
  faults,
  json,
  pace,
  short,
}: ChaosOptions): RunOptions => ({
  seeds: Array.from({ length: seeds }, (_, number) => seed + number),
  minutes: minutes ?? seeds * MINUTES_A_SEED,
  ...(pace === undefined ? {} : { paceMs: pace * 1_000 }),
  ...(faults ? (only ? { kinds: only } : {}) : { kinds: [] }),
  ...(short ? SHORT_SET : {}),
  ...(json === undefined ? {} : { json }),
})

const MINUTES_A_SEED = 1.5

/** The program; its verbs are the caller's. */
export function chaosProgram(verbs: ChaosVerbs): Command {
  const program = new Command('npm run chaos --')
    .description(
      'Puts the services under load and faults that a seed decides, and holds them to the invariants.',
    )
    .option('--seed <n>', 'the first seed', whole, 1)
    .option('--seeds <n>', 'how many seeds, one after another', whole, 1)
    .option(
      '--minutes <m>',
      `how long all of it takes; ${MINUTES_A_SEED} for each seed unless given`,
      positive,
    )
    .option('--json <file>', 'write the figures to a file')
    .option('--only <kind>', `only this kind of fault; can be repeated:\n${FAULT_KINDS.join(', ')}`, kind)
    .option('--pace <seconds>', 'from one fault to the next; 8.5 unless given', positive)
    .option('--short', 'the fixed short set that every change is held to, in under a minute')
    .option('--no-faults', 'the same load and nothing else: for memory that must not grow')
    .option('--plan', 'print what the seeds decide, and do nothing')
  program.action(() => verbs.torment(program.opts<ChaosOptions>()))
  program
    .command('check')
    .description('holds the running stack (npm start) to the invariants, as it stands')
    .option('--json <file>', 'write the verdicts to a file')
    // The option of the same name above takes it, wherever it stands.
    .action((_own: unknown, command: Command) => verbs.check(command.optsWithGlobals<ChaosOptions>().json))
  return program
}
