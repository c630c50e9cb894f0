/** The exchange of the index of parked rows on a live outbox: nobody waits for it, and it can be broken off. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { withDatabase } from '../external/external-provider'
import { withClient } from '../readiness/postgres-ready'
import { MIGRATION_FILE } from '../repository'
import { waitUntil } from '../wait-until'
import { changeLiveIndexes } from './live-indexes'
import { describeMigration, migrate } from './migrate'

const admin = process.env.TEST_DATABASE_URL ?? ''
const database = `live_${randomUUID().replaceAll('-', '')}`
const url = withDatabase(admin, database)
const BUILD =
  'CREATE INDEX CONCURRENTLY event_outbox_parked_hash ON event_outbox (lane, hashtextextended(key, 0), seq) WHERE parked'
const DROP_BROKEN = 'DROP INDEX CONCURRENTLY event_outbox_parked_hash'
const DROP_OLD = 'DROP INDEX CONCURRENTLY event_outbox_parked'

const write = (client: Client) =>
  client.query(`INSERT INTO event_outbox (topic, key, payload) VALUES ('t', 'k', '{}')`)
/** The indexes of parked rows: what each is, and whether it is of use. */
const indexes = () =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; valid: boolean; definition: string }>(
      `SELECT indexrelid::regclass::text AS name, indisvalid AS valid, pg_get_indexdef(indexrelid) AS definition
         FROM pg_index WHERE indexrelid::regclass::text LIKE 'event_outbox_parked%' ORDER BY 1`,
    )
    return rows
  })
/** The server's process that builds the index, once it waits for others. */
const builder = (client: Client) =>
  waitUntil(
    'a build that waits',
    async () => {
      const { rows } = await client.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_progress_create_index WHERE datname = current_database() AND phase LIKE 'waiting%'`,
      )
      return rows[0]?.pid
    },
    { timeoutMs: 20_000 },
  )

let told: string[]
const tell = (statement: string) => told.push(statement)
let waiting: number
const migrateTelling = () => migrate(url, { tell, anotherRuns: () => (waiting += 1) })
let fresh: Awaited<ReturnType<typeof indexes>>

beforeAll(() =>
  withClient(admin, async (client) => {
    await client.query(`CREATE DATABASE ${database}`)
    await withClient(url, (own) => own.query(readFileSync(MIGRATION_FILE, 'utf8')))
    fresh = await indexes()
  }),
)
afterAll(() =>
  withClient(admin, (client) => client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)),
)

const open: Client[] = []
const connect = async (): Promise<Client> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  open.push(client)
  return client
}

beforeEach(async () => {
  ;[told, waiting] = [[], 0]
  // As a former version left it.
  const client = await connect()
  await client.query('DROP INDEX IF EXISTS event_outbox_parked_hash')
  await client.query('CREATE INDEX event_outbox_parked ON event_outbox (lane, key, seq) WHERE parked')
  await write(client)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end()))
  await withClient(url, (client) => client.query('DROP INDEX IF EXISTS event_outbox_parked'))
})

it('waits for a writer that is under way and lets the others write, then has the index that a new database has', async () => {
  const [slow, other] = [await connect(), await connect()]
  await slow.query('BEGIN')
  await write(slow)
  const migrating = migrateTelling()
  await builder(other)
  await other.query(`SET lock_timeout = '500ms'`)
  await write(other)
  // A relay of the former version still has its own.
  expect((await indexes()).map(({ name }) => name)).toContain('event_outbox_parked')
  await slow.query('COMMIT')
  expect(describeMigration(await migrating)).toContain('created index event_outbox_parked_hash')
  expect(told).toEqual([BUILD, DROP_OLD])
  expect(await indexes()).toEqual(fresh)
  expect(fresh).toMatchObject([{ name: 'event_outbox_parked_hash', valid: true }])
})

it('builds anew what was broken off half way', async () => {
  const [slow, other] = [await connect(), await connect()]
  await slow.query('BEGIN')
  await write(slow)
  const killed = migrateTelling().catch((error: unknown) => error)
  await other.query('SELECT pg_terminate_backend($1)', [await builder(other)])
  expect(await killed).toMatchObject({ code: '57P01' })
  await slow.query('COMMIT')
  expect(await indexes()).toMatchObject([
    { name: 'event_outbox_parked', valid: true },
    { name: 'event_outbox_parked_hash', valid: false },
  ])
  told = []
  expect(describeMigration(await migrateTelling())).toContain('changed index event_outbox_parked_hash')
  expect(told).toEqual([DROP_BROKEN, BUILD, DROP_OLD])
  expect(await indexes()).toEqual(fresh)
})

it('is done by one of several at once, and by none when it is done', async () => {
  const slow = await connect()
  await slow.query('BEGIN')
  await write(slow)
  const migrating = [migrateTelling(), migrateTelling(), migrateTelling()]
  await builder(await connect())
  await waitUntil('the others to wait', () => Promise.resolve(waiting === 2 || undefined), {
    timeoutMs: 5_000,
  })
  await slow.query('COMMIT')
  await Promise.all(migrating)
  expect([told, waiting]).toEqual([[BUILD, DROP_OLD], 2])
  expect(await indexes()).toEqual(fresh)
})

it('leaves the index that another builds alone, where the file is run by hand', async () => {
  const slow = await connect()
  await slow.query('BEGIN')
  await write(slow)
  const migrating = migrateTelling()
  const byHand = await connect()
  await builder(byHand)
  // A build that waits for whoever waits for it ends as a deadlock.
  await byHand.query(`SET lock_timeout = '500ms'`)
  await changeLiveIndexes(byHand, tell)
  await slow.query('COMMIT')
  await migrating
  expect(told).toEqual([BUILD, DROP_OLD])
  expect(await indexes()).toEqual(fresh)
})

it('builds the index of undecided rows while others write, and with its column where that is missing', async () => {
  await migrateTelling()
  told = []
  const client = await connect()
  await client.query('DROP INDEX event_outbox_undecided')
  await migrateTelling()
  expect(told).toEqual([expect.stringMatching(/^CREATE INDEX CONCURRENTLY event_outbox_undecided /)])
  const definition = () =>
    client.query(`SELECT pg_get_indexdef(to_regclass('event_outbox_undecided')::oid) AS definition`)
  const live = (await definition()).rows
  told = []
  await client.query('ALTER TABLE event_outbox DROP COLUMN failed_at')
  await migrateTelling()
  expect(told).toEqual([])
  expect((await definition()).rows).toEqual(live)
})
