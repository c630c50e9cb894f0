/** What every {@link Clock} promises. */
import type { Clock } from '../ports'

export interface ClockUnderTest {
  readonly clock: Clock
  /** Lets time pass. */
  readonly pass: (ms: number) => Promise<void>
}

export function clockContract(create: () => ClockUnderTest): void {
  describe('Clock', () => {
    it('counts milliseconds that only grow, beside the calendar', async () => {
      const { clock, pass } = create()
      const [monotonic, wall] = [clock.monotonicMs(), clock.now().getTime()]
      await pass(30)
      expect(clock.monotonicMs() - monotonic).toBeGreaterThanOrEqual(29)
      expect(clock.now().getTime() - wall).toBeGreaterThanOrEqual(29)
    })

    it('sleeps for as long as it is told by its own count', async () => {
      const { clock, pass } = create()
      const began = clock.monotonicMs()
      const woke = clock.sleep(30).then(() => clock.monotonicMs())
      await pass(31)
      expect((await woke) - began).toBeGreaterThanOrEqual(29)
    })
  })
}
