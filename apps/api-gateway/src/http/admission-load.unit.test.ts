/** Five times the users that a modelled database can take: what those who are let in notice of the others. */
import { Admission } from './admission'

const USERS = 64
const WARM_UP_MS = 2_000
const WINDOW_MS = 1_500
const RETRY_AFTER_MS = 1_000

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

/** As the command writer and PostgreSQL: two statements under way, of at most 32 commands each; some 1,900 a second. */
class ModelledDatabase {
  private readonly waiting: (() => void)[] = []
  private underWay = 0

  readonly write = () =>
    new Promise<void>((resolve) => {
      this.waiting.push(resolve)
      setTimeout(() => this.send())
    })

  private send(): void {
    while (this.underWay < 2 && this.waiting.length > 0) {
      const together = this.waiting.splice(0, 32)
      this.underWay++
      setTimeout(
        () => {
          this.underWay--
          for (const resolve of together) resolve()
          this.send()
        },
        6 + together.length * 0.8,
      )
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Time goes on by a millisecond, and all that is due in it is done. */
const pass = async (ms: number) => {
  for (let passed = 0; passed < ms; passed++) {
    jest.advanceTimersByTime(1)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
}

interface Outcome {
  readonly tookMs: number
  readonly refused: boolean
}

/** A closed loop; the figures of a window after a warm-up. */
async function underLoad(
  admission: Admission,
  work: () => Promise<void>,
  users: number,
  retryAfterMs: number,
) {
  const outcomes: Outcome[] = []
  let stopped = false
  const goesOn = () => !stopped
  const loop = async () => {
    while (goesOn()) {
      const begunAt = performance.now()
      const refused = await admission.run(work).then(
        () => false,
        () => true,
      )
      outcomes.push({ refused, tookMs: performance.now() - begunAt })
      await pause(refused ? retryAfterMs : 2)
    }
  }
  for (let user = 0; user < users; user++) void loop()
  await pass(WARM_UP_MS)
  const from = outcomes.length
  await pass(WINDOW_MS)
  const window = outcomes.slice(from)
  stopped = true
  const good = window.filter(({ refused }) => !refused).map(({ tookMs }) => tookMs)
  good.sort((a, b) => a - b)
  const at = (share: number) => good[Math.floor(good.length * share)] ?? NaN
  return { good: good.length, refused: window.length - good.length, p50: at(0.5), p99: at(0.99) }
}

test.each([
  [280, 'come back when they are told to', RETRY_AFTER_MS],
  [320, 'come back when they are told to', RETRY_AFTER_MS],
  [800, 'come back when they are told to', RETRY_AFTER_MS],
  [320, 'try again at once', 1],
])('%d users, of whom those who are refused %s', async (users, _, retryAfterMs) => {
  const admission = new Admission()
  const { write } = new ModelledDatabase()
  const before = await underLoad(admission, write, USERS, retryAfterMs)
  const during = await underLoad(admission, write, users, retryAfterMs)
  const after = await underLoad(admission, write, USERS, retryAfterMs)
  expect(before.refused).toBe(0)
  expect(during.refused).toBeGreaterThan(0)
  expect(during.p50).toBeLessThan(1.5 * before.p50)
  expect(during.p99).toBeLessThan(1.5 * before.p99)
  expect(during.good).toBeGreaterThan(0.95 * before.good)
  expect(after.refused).toBe(0)
  expect(after.p99).toBeLessThan(1.1 * before.p99)
})
