/** The comparison at a size where a wrong plan shows, and of histories that a relay's crash or a topic's retention makes. */
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
  expect((await client.query(found(finding))).rows).toEqual([{ count: 0, events: 0, examples: [] }])
})

describe('histories of one key on one partition', () => {
  type Row = [event: string, seq: number, offset: number, requeued: boolean]

  /** What of the order is found. @param topic the events from the first offset that is kept on */
  async function order(low: number, topic: readonly string[], rows: readonly Row[]) {
    const own = new Client({ connectionString: database.relayUrl })
    await own.connect()
    const columns = (n: 0 | 1 | 2 | 3) => rows.map((row) => row[n])
    try {
      for (const statement of PREPARE.tables) await own.query(statement)
      await own.query(PREPARE.ranges, [[0], [low], [low + topic.length]])
      await own.query(
        `INSERT INTO verify_topic SELECT 0, $1 + n - 1, event, n FROM unnest($2::text[]) WITH ORDINALITY AS t (event, n)`,
        [low, topic],
      )
      await own.query(
        `INSERT INTO verify_outbox
         SELECT event, 'k', seq, 'SENT', 0, "offset", now(), requeued, false
           FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[]) AS r (event, seq, "offset", requeued)`,
        [columns(0), columns(1), columns(2), columns(3)],
      )
      for (const statement of PREPARE.derived) await own.query(statement)
      const examples = async (finding: 'out_of_order' | 'requeued_late') =>
        (await own.query<{ examples: string[] }>(found(finding))).rows[0]?.examples
      return { out_of_order: await examples('out_of_order'), requeued_late: await examples('requeued_late') }
    } finally {
      await own.end()
    }
  }

  it('takes no repeat for a first appearance that the topic’s retention took', async () => {
    const rows: Row[] = [
      ['a', 1, 10, false],
      ['b', 2, 11, false],
      ['c', 3, 50, false],
    ]
    expect(await order(50, ['c', 'a'], rows)).toEqual({ out_of_order: [], requeued_late: [] })
    // What is kept is still compared.
    const late: Row[] = [...rows.slice(0, 2), ['d', 4, 50, false], ['c', 3, 51, false]]
    expect(await order(50, ['d', 'c', 'a'], late)).toEqual({ out_of_order: ['c'], requeued_late: [] })
  })

  it('takes no receipt of a topic that was lost for that of the record', async () => {
    // The answer to the replay's first record was lost; at the place of the old receipt lies something else.
    const topic = ['x', 'y', 'c', 'z', 'a', 'v', 'a']
    const rows: Row[] = [
      ['a', 1, 5, false],
      ['c', 3, 2, false],
      ['a', 9, 6, true],
    ]
    expect(await order(0, topic, rows)).toEqual({ out_of_order: [], requeued_late: ['a'] })
    // The replay was not what brought it first.
    const disorder: Row[] = [['a', 1, 3, false], ...rows.slice(1, 2), ['a', 9, 4, true]]
    expect(await order(0, ['x', 'y', 'c', 'a', 'a'], disorder)).toEqual({
      out_of_order: ['a'],
      requeued_late: [],
    })
  })
})
