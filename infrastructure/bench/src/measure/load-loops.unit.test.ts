import { setTimeout as delay } from 'node:timers/promises'
import { closedLoop, openLoop } from './load-loops'

const WINDOW = { warmUpMs: 20, measureMs: 200 }
const quietly = { mark: () => undefined }

describe('open loop', () => {
  it('makes all who had to wait pay for a stall: their latency counts from their planned moment', async () => {
    let stalled: Promise<void> | undefined
    const { p99_ms, max_ms } = await openLoop({ ...WINDOW, ...quietly, perSecond: 200 }, (number) =>
      // The tenth request holds every later one up for 100 ms, as a stop of the server would.
      number < 10 ? Promise.resolve() : (stalled ??= delay(100)),
    )
    expect(p99_ms).toBeGreaterThanOrEqual(90)
    expect(max_ms).toBeGreaterThanOrEqual(95)
  })

  it('sends at its rate however slow the answers are', async () => {
    let begun = 0
    const result = await openLoop({ ...WINDOW, ...quietly, perSecond: 500 }, async () => {
      begun++
      await delay(150)
    })
    expect(begun).toBe(110)
    expect(result.accepted).toBe(110)
  })

  it('tells when the measured part begins and ends', async () => {
    const marks: string[] = []
    await openLoop({ ...WINDOW, mark: (moment) => marks.push(moment), perSecond: 50 }, () =>
      Promise.resolve(),
    )
    expect(marks).toEqual(['begin', 'end'])
  })
})

describe('closed loop', () => {
  it('keeps as many requests under way as asked for, and counts a failed one as an error', async () => {
    let underWay = 0
    let most = 0
    let number = 0
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    const result = await closedLoop({ ...WINDOW, ...quietly, inFlight: 4 }, async () => {
      most = Math.max(most, ++underWay)
      await delay(5)
      underWay--
      if (++number === 3) throw new Error('refused')
    })
    written.mockRestore()
    expect(most).toBe(4)
    expect(result.errors).toBe(1)
    expect(result.accepted).toBe(number - 1)
  })
})
