/** The relay's pool tells what its connections do. */
import { poolMetrics } from '@infinite-scribe/service-kit'
import { Registry } from 'prom-client'
import type { Database } from './database'
import { openOutboxFixture, type OutboxFixture } from './outbox-fixture.test'

let fixture: OutboxFixture
let database: Database

beforeAll(async () => {
  fixture = await openOutboxFixture()
  ;({ database } = fixture)
})
afterAll(() => fixture.close())

async function shownByPool(): Promise<string[]> {
  const registry = new Registry()
  poolMetrics(registry, 'message_relay', () => database.use)
  const lines = (await registry.metrics()).split('\n')
  return lines.filter((line) => line.startsWith('message_relay_')).sort()
}

/** What the pool of six connections shows. */
const shown = (opening: number, used: number, idle: number, waiting: number): string[] => [
  `message_relay_database_pool_connections{state="idle"} ${idle}`,
  `message_relay_database_pool_connections{state="opening"} ${opening}`,
  `message_relay_database_pool_connections{state="used"} ${used}`,
  'message_relay_database_pool_max_connections 6',
  `message_relay_database_pool_waiting_requests ${waiting}`,
]

it('shows the use of the pool: what is opened, used and idle, and what waits', async () => {
  expect(await shownByPool()).toEqual(shown(0, 0, 0, 0))
  const holder = await fixture.pool.connect()
  await holder.query('SELECT pg_advisory_lock(7)')
  const lock = { name: 'lock', text: 'SELECT pg_advisory_lock_shared(7), pg_advisory_unlock_shared(7)' }
  const first = database.run(lock, [])
  expect(await shownByPool()).toEqual(shown(1, 0, 0, 0))
  await fixture.somebodyWaits()
  expect(await shownByPool()).toEqual(shown(0, 1, 0, 0))
  const others = Array.from({ length: 7 }, () => database.run(lock, []))
  expect(await shownByPool()).toEqual(shown(5, 1, 0, 2))
  await holder.query('SELECT pg_advisory_unlock(7)')
  holder.release()
  await Promise.all([first, ...others])
  expect(await shownByPool()).toEqual(shown(0, 0, 6, 0))
})

it('counts a connection no more whose statement failed with it', async () => {
  const terminate = { name: 'terminate', text: 'SELECT pg_terminate_backend(pg_backend_pid())' }
  await expect(database.run(terminate, [])).rejects.toThrow()
  expect(await shownByPool()).toEqual(shown(0, 0, 5, 0))
})
