/** How the gateway ends: in order, and never later than its time. */
import { onSignal, type Running, type ShutdownParts } from './shutdown'

function parted({ starting, ...parts }: Partial<Running & Pick<ShutdownParts, 'starting'>> = {}) {
  const order: string[] = []
  const ends = (what: string) => () => {
    order.push(what)
    return Promise.resolve()
  }
  const logger = { info: jest.fn(), error: jest.fn() }
  const exit = jest.fn((code: number) => void order.push(`exit ${code}`))
  const stop = onSignal({
    starting:
      starting ??
      Promise.resolve({
        gateway: { stop: ends('requests') },
        services: { stopSweeping: ends('sweep'), stop: ends('connections') },
        tracing: { stop: ends('spans') },
        ...parts,
      }),
    overdueMs: 1_000,
    logger,
    exit,
  })
  return { order, logger, exit, stop }
}
const turns = () => new Promise((resolve) => setImmediate(resolve))
const never = () => new Promise<never>(() => undefined)

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }))
afterEach(() => jest.useRealTimers())

it('ends requests and the sweep together, then the connections, then the process, once', async () => {
  const { order, stop } = parted()
  stop('SIGTERM')
  stop('SIGINT')
  await turns()
  jest.advanceTimersByTime(10_000)
  expect(order).toEqual(['requests', 'sweep', 'connections', 'spans', 'exit 0'])
})

it('lets a start that is under way arrive before it ends it', async () => {
  let resolve: (running: Running) => void = () => undefined
  const starting = new Promise<Running>((settle) => {
    resolve = settle
  })
  const { order, stop } = parted({ starting })
  stop('SIGTERM')
  await turns()
  expect(order).toEqual([])
  const ended = () => Promise.resolve()
  resolve({ gateway: { stop: ended }, services: { stopSweeping: ended, stop: ended } })
  await turns()
  expect(order).toEqual(['exit 0'])
})

it.each([
  ['start', { starting: never() }],
  ['requests', { gateway: { stop: never } }],
  ['overdue commands', { services: { stopSweeping: never, stop: never } }],
  ['connections', { services: { stopSweeping: () => Promise.resolve(), stop: never } }],
  ['spans', { tracing: { stop: never } }],
])('exits 1 when its time is up, and says that it waited for: %s', async (what, overrides) => {
  const { exit, logger, stop } = parted(overrides)
  stop('SIGTERM')
  await turns()
  jest.advanceTimersByTime(999)
  expect(exit).not.toHaveBeenCalled()
  jest.advanceTimersByTime(1)
  expect(exit.mock.calls).toEqual([[1]])
  expect(logger.error).toHaveBeenCalledWith('not stopped in time', { still_open: [what] })
})

it('exits 1 at once when something cannot be ended, and says why', async () => {
  const { exit, logger, stop } = parted({
    services: {
      stopSweeping: () => Promise.resolve(),
      stop: () => Promise.reject(new Error('stuck')),
    },
  })
  stop('SIGTERM')
  await turns()
  expect(exit.mock.calls).toEqual([[1]])
  expect(logger.error).toHaveBeenCalledWith('not stopped in order', {
    still_open: ['connections'],
    error: expect.objectContaining({ message: 'stuck' }),
  })
})
