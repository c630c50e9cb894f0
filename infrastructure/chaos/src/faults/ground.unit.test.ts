import type { Member } from '../system/member'
import { Steps } from '../wire/steps'
import { inTheMoment, momentWhen } from './ground'

const fault = { kind: 'relay killed', atMs: 0, waits: true, lastsMs: 0 } as const
const relay = (at: { writing: boolean }) =>
  ({
    steps: new Steps(),
    get writing() {
      return at.writing
    },
  }) as Member

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

describe('the moment of a fault', () => {
  it('is one in which its member has a write in flight', async () => {
    const at = { writing: false }
    const strike = jest.fn(() => at.writing)
    const struck = inTheMoment(fault, relay(at), strike)
    await jest.advanceTimersByTimeAsync(100)
    expect(strike).not.toHaveBeenCalled()
    at.writing = true
    await jest.advanceTimersByTimeAsync(10)
    expect(await struck).toBe(true)
    expect(strike).toHaveReturnedWith(true)
  })

  it('is any, and none that counts, where the member has nothing to do for long', async () => {
    const strike = jest.fn()
    const struck = inTheMoment(fault, relay({ writing: false }), strike)
    await jest.advanceTimersByTimeAsync(5_000)
    expect(await struck).toBe(false)
    expect(strike).toHaveBeenCalledTimes(1)
  })

  it('does not count when its step does not come, however much else the member writes', async () => {
    const strike = jest.fn()
    const struck = inTheMoment({ ...fault, step: 'settle-sent' }, relay({ writing: true }), strike)
    await jest.advanceTimersByTimeAsync(5_000)
    expect(await struck).toBe(false)
    expect(strike).toHaveBeenCalledTimes(1)
  })

  it('is now where it is already', async () => {
    expect(await momentWhen(() => true)).toBe(true)
  })
})
