/** Five times the users that keep the gateway busy; those it refuses try again when it said they may. */
import { setTimeout as delay } from 'node:timers/promises'
import { openSessions, startCommandLoad, type Sent } from '../command-load'
import { startSystem, type RunningSystem } from '../running-system'

const USERS = 64
const TIMES = 5
const WARM_UP_MS = 3_000
const WINDOW_MS = 10_000

interface Figures {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly refusedPerSecond: number
}

let system: RunningSystem
beforeAll(async () => {
  system = await startSystem({ relays: 0 })
})
afterAll(() => system.close())

const figuresOf = (sent: readonly Sent[], windowMs: number): Figures => {
  const good = sent.filter(({ status }) => status === 200).map(({ tookMs }) => tookMs)
  good.sort((a, b) => a - b)
  const at = (share: number) => good[Math.floor(good.length * share)] ?? NaN
  return {
    perSecond: (good.length * 1000) / windowMs,
    p50: at(0.5),
    p99: at(0.99),
    refusedPerSecond: ((sent.length - good.length) * 1000) / windowMs,
  }
}

/** What is answered in a window, after a warm-up that is left out. */
const underLoad = async (
  users: Awaited<ReturnType<typeof openSessions>>,
  warmUpMs: number,
  windowMs: number,
) => {
  const load = startCommandLoad(users)
  await delay(warmUpMs)
  const from = load.sent.length
  await delay(windowMs)
  const window = load.sent.slice(from)
  await load.stop()
  return { window, figures: figuresOf(window, windowMs) }
}

it('costs those who are let in no more than double, costs goodput less than a tenth, and is over when it is over', async () => {
  const url = system.gateways[0]!.url
  const users = await openSessions(url, USERS * TIMES)
  const few = users.slice(0, USERS)
  const before = await underLoad(few, WARM_UP_MS, WINDOW_MS)
  const during = await underLoad(users, WARM_UP_MS, WINDOW_MS)
  const after = await underLoad(few, 0, 5_000)
  const last = await underLoad(few, 0, WINDOW_MS)
  process.stdout.write(
    `${JSON.stringify({ before: before.figures, during: during.figures, after: after.figures, last: last.figures })}\n`,
  )

  expect(before.figures.refusedPerSecond).toBe(0)
  const refused = during.window.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(0)
  for (const { status, retryAfter } of refused) {
    expect([429, 503]).toContain(status)
    expect(Number(retryAfter)).toBeGreaterThan(0)
  }
  expect(during.figures.p50).toBeLessThan(2 * before.figures.p50)
  expect(during.figures.p99).toBeLessThan(2 * before.figures.p99)
  const most = Math.max(before.figures.perSecond, last.figures.perSecond)
  expect(during.figures.perSecond).toBeGreaterThan(0.9 * most)
  expect(last.figures.p50).toBeLessThan(1.3 * before.figures.p50)
}, 180_000)
