/** The comparison at a size where a wrong plan shows. */
import { createTestDatabase, type TestDatabase } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { FINDING_NAMES, found, PREPARE } from './verify-queries'

const EVENTS = 20_000
let database: TestDatabase
let client: Client

beforeAll(async () => {
  database = await createTestDatabase()
  client = new Client({ connectionString: database.relayUrl, statement_timeout: 10_000 })
  await client.connect()
  for (const statement of PREPARE.tables) await client.query(statement)
  await client.query(PREPARE.ranges, [
    [0, 1],
    [0, 0],
    [EVENTS, EVENTS],
  ])
  await client.query(
    `INSERT INTO verify_topic SELECT 0, n, md5(n::text), n FROM generate_series(0, $1::int - 1) AS n`,
    [EVENTS],
  )
  await client.query(
    `INSERT INTO verify_outbox
     SELECT md5(n::text), 'k' || n % 100, n + 1, 'SENT', 0, n, now(), false, false
       FROM generate_series(0, $1::int - 1) AS n`,
    [EVENTS],
  )
  // Half of them were replayed after the topic was given a second partition.
  await client.query(
    `INSERT INTO verify_topic SELECT 1, n, md5(n::text), $1 + n FROM generate_series(0, $1::int - 1, 2) AS n`,
    [EVENTS],
  )
  await client.query(
    `INSERT INTO verify_outbox
     SELECT md5(n::text), 'k' || n % 100, $1 + n + 1, 'SENT', 1, n, now(), true, false
       FROM generate_series(0, $1::int - 1, 2) AS n`,
    [EVENTS],
  )
  for (const statement of PREPARE.derived) await client.query(statement)
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

it.each(FINDING_NAMES)('looks for %s without comparing each row with each', async (finding) => {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${found(finding)}`)
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Nested Loop')
  expect((await client.query(found(finding))).rows).toEqual([{ count: 0, examples: [] }])
})
