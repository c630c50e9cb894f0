/** The contracts of the ports that need nothing but the process. */
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../system-clock'
import { Signal } from '../signal'
import { clockContract } from './clock-contract.test'
import { wakeUpContract } from './wake-up-contract.test'

describe('in the process', () => {
  describe('with timers that the test drives', () => {
    beforeEach(() => {
      jest.useFakeTimers()
    })
    afterEach(() => {
      jest.useRealTimers()
    })
    wakeUpContract(() => ({ wakeUp: new Signal(), pass: (ms) => jest.advanceTimersByTimeAsync(ms) }))
  })
  clockContract(() => ({ clock: systemClock, pass: (ms) => delay(ms + 1) }))
})
