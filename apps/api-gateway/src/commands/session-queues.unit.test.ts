/** The queue of a session: one at a time, in order, bounded in number and in time. */
import { SessionQueues } from './session-queues'

/** Work that ends when told to. */
function held() {
  const work: { started: boolean; end: () => void; fail: (error: Error) => void } = {
    started: false,
    end: () => undefined,
    fail: () => undefined,
  }
  const run = () => {
    work.started = true
    return new Promise<void>((resolve, reject) => {
      work.end = resolve
      work.fail = reject
    })
  }
  return { work, run }
}

const turns = () => new Promise((resolve) => setImmediate(resolve))

it('runs the work of one session one after the other, in the order of its coming', async () => {
  const queues = new SessionQueues()
  const order: number[] = []
  let running = 0
  await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      queues.inTurn('s', 'o', async () => {
        expect(++running).toBe(1)
        await turns()
        running--
        order.push(i)
      }),
    ),
  )
  expect(order).toEqual(Array.from({ length: 200 }, (_, i) => i))
})

it('lets other sessions, and strangers who name this one, go their own ways', async () => {
  const queues = new SessionQueues()
  const slow = held()
  const first = queues.inTurn('s', 'owner', slow.run)
  await expect(queues.inTurn('other', 'owner', () => Promise.resolve(1))).resolves.toBe(1)
  await expect(queues.inTurn('s', 'stranger', () => Promise.resolve(2))).resolves.toBe(2)
  const same = held()
  const second = queues.inTurn('S', 'owner', same.run)
  await turns()
  expect(same.work.started).toBe(false)
  slow.work.end()
  await first
  await turns()
  expect(same.work.started).toBe(true)
  same.work.end()
  await second
})

it('goes on after a failure, which only its own caller learns', async () => {
  const queues = new SessionQueues()
  const bad = held()
  const first = queues.inTurn('s', 'o', bad.run)
  const second = queues.inTurn('s', 'o', () => Promise.resolve('fine'))
  await turns()
  bad.work.fail(new Error('broken'))
  await expect(first).rejects.toThrow('broken')
  await expect(second).resolves.toBe('fine')
})

it('lets at least 256 wait and refuses one too many without running it', async () => {
  const queues = new SessionQueues()
  const slow = held()
  const first = queues.inTurn('s', 'o', slow.run)
  const waiting = Array.from({ length: 512 }, () => queues.inTurn('s', 'o', () => Promise.resolve()))
  const never = jest.fn()
  await expect(queues.inTurn('s', 'o', never)).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT' })
  slow.work.end()
  await Promise.all([first, ...waiting])
  expect(never).not.toHaveBeenCalled()
})

it('refuses who waited too long, and the others keep their turns', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] })
  const queues = new SessionQueues({ maxWaiting: 10, maxWaitMs: 1_000 })
  const slow = held()
  const never = jest.fn()
  const first = queues.inTurn('s', 'o', slow.run)
  const late = queues.inTurn('s', 'o', never)
  const refused = expect(late).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT' })
  jest.advanceTimersByTime(999)
  const patient = queues.inTurn('s', 'o', () => Promise.resolve('in time'))
  jest.advanceTimersByTime(1)
  await refused
  slow.work.end()
  await first
  await expect(patient).resolves.toBe('in time')
  expect(never).not.toHaveBeenCalled()
  jest.useRealTimers()
})

it('remembers nothing of a session that nobody waits for', async () => {
  const queues = new SessionQueues()
  for (let i = 0; i < 100; i++) await queues.inTurn(`s${i}`, 'o', () => Promise.resolve())
  expect((queues as unknown as { waiting: Map<string, unknown> }).waiting.size).toBe(0)
})
