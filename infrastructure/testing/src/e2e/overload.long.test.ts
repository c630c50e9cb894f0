/** Five times the users that keep the gateway busy, who try again when they are told to, or at once. */
import { setTimeout as delay } from 'node:timers/promises'
import { openSessions, startCommandLoad, type CommandLoadOptions, type Sent } from '../command-load'
import { startSystem, type RunningSystem } from '../running-system'

const USERS = 64
const TIMES = 5
/** A machine that others use too changes its pace: each window has its neighbours, and single ones differ by a tenth. */
const ROUNDS = 5
/** When it is over it is to be over in five seconds, two of which the last who were refused wait for their answer. */
const RECOVERY_MS = 3_000
const WARM_UP_MS = 3_000
const WINDOW_MS = 4_000

interface Figures {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly refusedPerSecond: number
}

let system: RunningSystem
let users: Awaited<ReturnType<typeof openSessions>>
beforeAll(async () => {
  system = await startSystem({ relays: 0 })
  users = await openSessions(system.gateways[0]!.url, USERS * TIMES)
})
afterAll(() => system.close())

const figuresOf = (sent: readonly Sent[]): Figures => {
  const good = sent.filter(({ status }) => status === 200).map(({ tookMs }) => tookMs)
  good.sort((a, b) => a - b)
  const at = (share: number) => good[Math.floor(good.length * share)] ?? NaN
  return {
    perSecond: (good.length * 1000) / WINDOW_MS,
    p50: at(0.5),
    p99: at(0.99),
    refusedPerSecond: ((sent.length - good.length) * 1000) / WINDOW_MS,
  }
}

/** What is answered in a window, after a warm-up that is left out. */
const underLoad = async (count: number, warmUpMs: number, options: CommandLoadOptions) => {
  const load = startCommandLoad(users.slice(0, count), options)
  await delay(warmUpMs)
  const from = load.sent.length
  await delay(WINDOW_MS)
  const window = load.sent.slice(from)
  await load.stop()
  return { window, figures: figuresOf(window) }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

it.each([
  ['come back when they are told to', {}],
  ['try again at once', { triesAgainAtOnce: true }],
])(
  'costs those who are let in no more than double, costs goodput less than a tenth, and is over when it is over: users %s',
  async (_, options) => {
    const calm = [(await underLoad(USERS, RECOVERY_MS, options)).figures]
    const overload: Figures[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { window, figures } = await underLoad(USERS * TIMES, WARM_UP_MS, options)
      overload.push(figures)
      const refused = window.filter(({ status }) => status !== 200)
      expect(refused.length).toBeGreaterThan(0)
      for (const { status, retryAfter } of refused) {
        expect([429, 503]).toContain(status)
        expect(Number(retryAfter)).toBeGreaterThan(0)
      }
      calm.push((await underLoad(USERS, RECOVERY_MS, options)).figures)
    }
    for (const { refusedPerSecond } of calm) expect(refusedPerSecond).toBe(0)
    /** Of a window of overload to the two without it that are its neighbours. */
    const ratio = (of: 'perSecond' | 'p50' | 'p99') =>
      median(overload.map((figures, at) => (2 * figures[of]) / (calm[at]![of] + calm[at + 1]![of])))
    const ratios = { p50: ratio('p50'), p99: ratio('p99'), perSecond: ratio('perSecond') }
    const rounded = (_key: string, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 100) / 100 : value
    process.stderr.write(`${JSON.stringify({ calm, overload, ratios }, rounded)}\n`)
    expect(ratios.p50).toBeLessThan(2)
    expect(ratios.p99).toBeLessThan(2)
    expect(ratios.perSecond).toBeGreaterThan(0.9)
    const [before, ...after] = calm
    expect(median(after.map(({ p50 }) => p50))).toBeLessThan(1.3 * before!.p50)
  },
  120_000,
)
