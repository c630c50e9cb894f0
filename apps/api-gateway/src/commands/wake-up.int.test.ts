/** The wake-up after a commit: it arrives, costs little, and its failure hurts nobody. */
import { OUTBOX_CHANNEL, PROGRESS_CHANNEL } from '@infinite-scribe/shared-types'
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { openTcpProxy } from '../database/tcp-proxy.test'
import { WakeUp } from './wake-up'

let database: TestDatabase
let listener: Client
const heard: { channel: string; payload?: string | undefined }[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  listener = new Client({ connectionString: database.url })
  await listener.connect()
  await listener.query(`LISTEN ${OUTBOX_CHANNEL}; LISTEN ${PROGRESS_CHANNEL}`)
  listener.on('notification', ({ channel, payload }) => heard.push({ channel, payload }))
})
afterAll(async () => {
  await listener.end()
  await database.drop()
})
beforeEach(async () => {
  // What the test before has sent arrives with the answer to a query at the latest.
  await listener.query('SELECT 1')
  heard.length = 0
})

it('reaches who listens', async () => {
  const wakeUp = new WakeUp(database.gatewayUrl, () => undefined)
  wakeUp.eventsWritten()
  wakeUp.taskProgressed('task-1')
  await eventually(() => heard.length === 2)
  expect(heard).toEqual([
    { channel: OUTBOX_CHANNEL, payload: '' },
    { channel: PROGRESS_CHANNEL, payload: 'task-1' },
  ])
  await wakeUp.stop()
})

it('is shared by those who ask while one is under way', async () => {
  const wakeUp = new WakeUp(database.gatewayUrl, () => undefined)
  for (let i = 0; i < 1_000; i++) wakeUp.eventsWritten()
  await wakeUp.stop()
  await listener.query('SELECT 1')
  expect(heard.length).toBeGreaterThanOrEqual(1)
  expect(heard.length).toBeLessThanOrEqual(2)
})

it('is sent every few milliseconds at most, however many commit', async () => {
  const wakeUp = new WakeUp(database.gatewayUrl, () => undefined)
  const rests: number[] = []
  let answeredAt: number | undefined
  const query = Reflect.get(Client.prototype, 'query') as (...asked: unknown[]) => Promise<unknown>
  const spy = jest.spyOn(Client.prototype, 'query').mockImplementation(async function (
    this: Client,
    ...asked: unknown[]
  ) {
    if (answeredAt !== undefined) rests.push(performance.now() - answeredAt)
    await query.apply(this, asked)
    answeredAt = performance.now()
  })
  await eventually(async () => {
    wakeUp.eventsWritten()
    await new Promise(setImmediate)
    return rests.length >= 15
  })
  await wakeUp.stop()
  spy.mockRestore()
  rests.sort((a, b) => a - b)
  // 2 ms; a timer's clock has whole milliseconds.
  expect(rests[Math.floor(rests.length / 2)]).toBeGreaterThan(1.5)
})

it('that fails is reported once, and a new connection serves the next', async () => {
  const proxy = await openTcpProxy(database.gatewayUrl)
  const failed = jest.fn()
  const wakeUp = new WakeUp(proxy.url, failed)
  wakeUp.eventsWritten()
  await eventually(() => heard.length >= 1)

  proxy.decide = () => 'cut before'
  wakeUp.eventsWritten()
  await eventually(() => failed.mock.calls.length === 1)
  wakeUp.eventsWritten()
  await eventually(() => proxy.opened === 2)

  proxy.decide = () => 'pass'
  await eventually(() => {
    wakeUp.eventsWritten()
    return heard.length >= 2
  })
  expect(failed).toHaveBeenCalledTimes(1)
  await wakeUp.stop()
  await proxy.close()
})

it('opens a connection now and then only while PostgreSQL refuses, however many commit', async () => {
  const proxy = await openTcpProxy(database.gatewayUrl)
  proxy.decide = () => 'cut before'
  const wakeUp = new WakeUp(proxy.url, () => undefined)
  const end = performance.now() + 200
  while (performance.now() < end) {
    wakeUp.eventsWritten()
    await new Promise(setImmediate)
  }
  expect(proxy.opened).toBeGreaterThanOrEqual(1)
  expect(proxy.opened).toBeLessThanOrEqual(3)
  await wakeUp.stop()
  await proxy.close()
})

it('survives that its idle connection is ended by the server', async () => {
  const wakeUp = new WakeUp(database.gatewayUrl, () => undefined)
  wakeUp.eventsWritten()
  await eventually(() => heard.length >= 1)
  await listener.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'api-gateway wake-up'
        AND datname = current_database()`,
  )
  await eventually(() => {
    wakeUp.eventsWritten()
    return heard.length >= 2
  })
  await wakeUp.stop()
})

it('sends nothing more once it is stopped', async () => {
  const wakeUp = new WakeUp(database.gatewayUrl, () => undefined)
  await wakeUp.stop()
  wakeUp.eventsWritten()
  await listener.query('SELECT 1')
  expect(heard).toEqual([])
})

it('is sent for those who ask just when the one before has been sent', async () => {
  const wakeUp = new WakeUp(database.gatewayUrl, () => undefined)
  const drain = jest.spyOn(wakeUp as unknown as { drain: () => Promise<void> }, 'drain')
  drain.mockImplementationOnce(async function (this: { drain: () => Promise<void> }) {
    drain.mockRestore()
    await this.drain()
    // The last look has been taken; `send` has not learnt of the end yet.
    wakeUp.taskProgressed('task-2')
  })
  wakeUp.eventsWritten()
  await eventually(() => heard.length === 2)
  expect(heard[1]).toEqual({ channel: PROGRESS_CHANNEL, payload: 'task-2' })
  await wakeUp.stop()
})
