/** Runs one seed after the other until one breaks a promise, and then tells its trace. */
import { simulate, type Options } from './simulate'

export interface Sum {
  readonly schedules: number
  readonly steps: number
  /** How many retries were judged by the clock. */
  readonly retriesJudged: number
  /** How often each kind of fault befell. */
  readonly happened: ReadonlyMap<string, number>
  /** Seed, promise and the end of the trace of the first schedule that broke one. */
  readonly broken: string | undefined
}

const LINES_OF_TRACE = 150

/** Runs `count` schedules, from the seed `first` on. */
export async function simulateSeeds(first: number, count: number, options: Options = {}): Promise<Sum> {
  const happened = new Map<string, number>()
  let steps = 0
  let schedules = 0
  let retriesJudged = 0
  for (let seed = first; seed < first + count; seed += 1) {
    const verdict = await simulate(seed, options)
    schedules += 1
    steps += verdict.steps
    retriesJudged += verdict.retriesJudged
    for (const [fault, times] of verdict.happened) happened.set(fault, (happened.get(fault) ?? 0) + times)
    if (verdict.violation !== undefined) {
      const broken = await story(seed, verdict.violation, options)
      return { schedules, steps, retriesJudged, happened, broken }
    }
  }
  return { schedules, steps, retriesJudged, happened, broken: undefined }
}

/** The same schedule once more, with its trace. */
async function story(seed: number, violation: string, options: Options): Promise<string> {
  const lines: string[] = []
  await simulate(seed, { ...options, trace: (line) => lines.push(line) })
  const [plan = ''] = lines
  return [`seed ${seed}: ${violation}`, plan, '…', ...lines.slice(1).slice(-LINES_OF_TRACE)].join('\n')
}
