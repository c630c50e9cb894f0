/** The ports' contracts on PostgreSQL. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase } from '@infinite-scribe/testing'
import { Pool, type ClientBase } from 'pg'
import { Database } from '../../outbox/database'
import { PostgresLaneLeases } from '../../outbox/lane-leases'
import { postgresOutbox } from '../../outbox/postgres-outbox'
import { outboxRow } from '../../relay-fixture.test'
import { laneLeasesContract } from './lane-leases-contract.test'
import { outboxReaderContract } from './outbox-reader-contract.test'
import { outboxSettlerContract } from './outbox-settler-contract.test'
import { envelope, type NewRow, type OutboxUnderTest } from './outbox-under-test.test'
import { outboxUpkeepContract } from './outbox-upkeep-contract.test'

const LEASE_MS = 10_000

async function insert(client: Pool | ClientBase, rows: readonly NewRow[]) {
  const ids = rows.map(() => randomUUID())
  await client.query(
    `INSERT INTO event_outbox (id, topic, key, payload)
     SELECT id, 't', key, payload::jsonb FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS r (id, key, payload, n)
      ORDER BY n`,
    [ids, rows.map(({ key }) => key), rows.map(({ payload = envelope() }) => JSON.stringify(payload))],
  )
  const { rows: written } = await client.query<{ id: string; lane: number; seq: string }>(
    'SELECT id, lane, seq FROM event_outbox WHERE id = ANY ($1) ORDER BY seq',
    [ids],
  )
  return written.map(({ id, lane, seq }) => ({ id, lane, seq: Number(seq) }))
}

async function outboxInPostgres(): Promise<OutboxUnderTest> {
  const testDatabase = await createTestDatabase()
  const pool = new Pool({ connectionString: testDatabase.url, max: 3 })
  const database = new Database(
    { url: testDatabase.relayUrl, applicationName: 'test', connections: 4, queryTimeoutMs: 10_000 },
    () => undefined,
  )
  const run = async (statement: string, values: unknown[] = []) => void (await pool.query(statement, values))
  return {
    outbox: postgresOutbox(database),
    relay: () => new PostgresLaneLeases(database, { id: randomUUID(), name: 'test' }, LEASE_MS),
    insert: (rows) => insert(pool, rows),
    open: async (rows) => {
      const client = await pool.connect()
      await client.query('BEGIN')
      await insert(client, rows)
      const { rows: own } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
      return {
        xid: own[0]!.xid,
        commit: async () => {
          await client.query('COMMIT')
          client.release()
        },
      }
    },
    stored: async (id) => {
      const row = (await outboxRow(pool, id)) as Awaited<ReturnType<typeof outboxRow>> | undefined
      return (
        row && {
          status: row.status,
          parked: row.parked,
          attempts: row.attempts,
          willRetry: row.will_retry,
          deadLetterDue: row.dead_letter_due,
          offset: row.kafka_offset,
          dueInMs: row.next_attempt_at && row.next_attempt_at.getTime() - Date.now(),
          errorClass: row.last_error?.class ?? null,
        }
      )
    },
    setStatus: (id, status) => run('UPDATE event_outbox SET status = $2 WHERE id = $1', [id, status]),
    drop: (id) => run('UPDATE event_outbox SET dropped_at = now() WHERE id = $1', [id]),
    expireLeases: async () => {
      await run(`UPDATE outbox_lanes SET lease_until = now() - interval '1 second'`)
      await run(`UPDATE outbox_relays SET lease_until = now() - interval '1 second'`)
    },
    ageSent: (id) => run(`UPDATE event_outbox SET sent_at = now() - interval '1 hour' WHERE id = $1`, [id]),
    keysOfOneLane: async (count) => {
      const { rows } = await pool.query<{ key: string }>(
        `SELECT 'k' || n AS key FROM generate_series(1, 1000) AS n
          WHERE hashtext('k' || n) & 63 = hashtext('k1') & 63 ORDER BY n LIMIT $1`,
        [count],
      )
      return rows.map(({ key }) => key)
    },
    close: async () => {
      await database.end()
      await pool.end()
      await testDatabase.drop()
    },
  }
}

describe('PostgreSQL', () => {
  outboxReaderContract(outboxInPostgres)
  outboxSettlerContract(outboxInPostgres)
  outboxUpkeepContract(outboxInPostgres)
  laneLeasesContract(outboxInPostgres)
})
