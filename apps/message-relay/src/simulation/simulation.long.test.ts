/** Schedules by the ten thousand; `SIMULATION_SEED` and `SIMULATION_SCHEDULES` choose others. */
import { simulateSeeds } from './simulate-seeds'

const FIRST_SEED = Number(process.env.SIMULATION_SEED ?? 1_000_000)
const SCHEDULES = Number(process.env.SIMULATION_SCHEDULES ?? 20_000)

it('keeps every promise of the relay on ten thousands of schedules', async () => {
  const began = performance.now()
  const { broken, schedules, steps } = await simulateSeeds(FIRST_SEED, SCHEDULES)
  const minutes = (performance.now() - began) / 60_000
  process.stdout.write(
    `${schedules} schedules, ${steps} steps, ${Math.round(schedules / minutes)} schedules a minute\n`,
  )
  expect(broken).toBeUndefined()
}, 1_800_000)
