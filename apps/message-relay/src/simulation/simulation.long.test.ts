/** Schedules by the ten thousand; `SIMULATION_SEED` and `SIMULATION_SCHEDULES` choose others. */
import { cpuClock } from './cpu-clock-fixture.test'
import { simulateSeeds } from './simulate-seeds'

const FIRST_SEED = Number(process.env.SIMULATION_SEED ?? 1_000_000)
const SCHEDULES = Number(process.env.SIMULATION_SCHEDULES ?? 20_000)
/** In a minute of this process's CPU: by the clock it would be the machine's other work that is judged. */
const LEAST_A_MINUTE = 10_000
/** Fewer say nothing: the first are slow, until they are compiled. */
const FEW = 5000

it('keeps every promise of the relay on ten thousands of schedules', async () => {
  const cpu = cpuClock()
  const { broken, schedules, steps } = await simulateSeeds(FIRST_SEED, SCHEDULES)
  const aMinute = Math.round((schedules / cpu.seconds()) * 60)
  process.stdout.write(`${schedules} schedules, ${steps} steps, ${aMinute} schedules a minute of CPU\n`)
  expect(broken).toBeUndefined()
  if (schedules >= FEW) expect(aMinute).toBeGreaterThanOrEqual(LEAST_A_MINUTE)
}, 1_800_000)
