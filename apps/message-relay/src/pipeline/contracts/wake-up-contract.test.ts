/** What every {@link WakeUp} promises. */
import type { WakeUp } from '../ports'

export interface WakeUpUnderTest {
  readonly wakeUp: WakeUp
  /** Lets time pass. */
  readonly pass: (ms: number) => Promise<void>
}

export function wakeUpContract(create: () => WakeUpUnderTest): void {
  describe('WakeUp', () => {
    /** Whether a wait of `ms` is over after `passed`, and all that follows from it. */
    const isOver = async (
      { wakeUp, pass }: WakeUpUnderTest,
      ms: number,
      passed: number,
    ): Promise<boolean> => {
      let over = false
      void wakeUp.orAfter(ms).then(() => (over = true))
      await pass(passed)
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
      return over
    }

    it('ends a wait when its time is over, and not before', async () => {
      expect(await isOver(create(), 100, 99)).toBe(false)
      expect(await isOver(create(), 100, 101)).toBe(true)
    })

    it('ends a wait at a signal', async () => {
      const world = create()
      let over = false
      const waiting = world.wakeUp.orAfter(1e9).then(() => (over = true))
      world.wakeUp.wake()
      await waiting
      expect(over).toBe(true)
    })

    it('remembers a signal that came while nobody waited, and many as one', async () => {
      const world = create()
      world.wakeUp.wake()
      world.wakeUp.wake()
      await world.wakeUp.orAfter(1e9)
      expect(await isOver(world, 1000, 1)).toBe(false)
    })

    it('is not woken again by the signal that woke it', async () => {
      const world = create()
      const waiting = world.wakeUp.orAfter(1e9)
      world.wakeUp.wake()
      await waiting
      expect(await isOver(world, 1000, 1)).toBe(false)
    })

    it('waits for no longer than it can: for ever is until a signal', async () => {
      const world = create()
      expect(await isOver(world, Infinity, 1)).toBe(false)
    })
  })
}
