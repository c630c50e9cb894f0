/** The migration, run again on a live database: it waits for nobody, and nobody waits for it. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from './database'
import { repositoryRoot } from './repository-root'

const migration = readFileSync(
  path.join(repositoryRoot, 'infrastructure/docker/init/postgres/20-migration-event-sourcing.sql'),
  'utf8',
)
// Each without its COMMIT: what it has locked stays locked.
const transactions = migration.split(/^COMMIT;$/m)

// A write to each table; $1 is a number that differs from writer to writer.
const WRITES: Record<string, string> = {
  genesis_sessions: `INSERT INTO genesis_sessions (id, user_id) VALUES (lpad($1::int::text, 32, '0')::uuid, 'u')`,
  command_inbox: `INSERT INTO command_inbox (id, session_id, command_type, idempotency_key)
    VALUES (lpad($1::int::text, 32, '0')::uuid, lpad($1::int::text, 32, '0')::uuid, 'C', 'k')`,
  async_tasks: `INSERT INTO async_tasks (task_type, triggered_by_command_id, session_id, request_event_id)
    SELECT 'genesis.concept_generation', id, id, id FROM (SELECT lpad($1::int::text, 32, '0')::uuid AS id) AS one`,
  domain_events: `INSERT INTO domain_events
      (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload)
    VALUES (gen_random_uuid(), gen_random_uuid(), 'E', 'A', $1::int::text, 1, '{}')`,
  event_outbox: `INSERT INTO event_outbox (topic, key, payload) VALUES ('t', $1::int::text, '{}')`,
  outbox_deliveries: `INSERT INTO outbox_deliveries (outbox_id, topic, attempts) VALUES (gen_random_uuid(), 't', $1::int)`,
  outbox_relays: `INSERT INTO outbox_relays (id, name, lease_until) VALUES (gen_random_uuid(), $1::int::text, now())`,
  // All its rows are there from the beginning.
  outbox_lanes: `UPDATE outbox_lanes SET token = token + 1 WHERE lane = $1::int`,
  outbox_audit: `INSERT INTO outbox_audit (who, action, rows) VALUES ('w', 'drop', $1::int)`,
  flow_resume_handles: `INSERT INTO flow_resume_handles (correlation_id, resume_handle) VALUES ($1::int::text, '{}')`,
  stream_tickets: `INSERT INTO stream_tickets (hash, user_id, token_expires_at, expires_at)
    VALUES (sha256($1::int::text::bytea), 'u', now(), now())`,
}

let database: TestDatabase
const clients: Client[] = []
async function connect(): Promise<Client> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  clients.push(client)
  return client
}
async function writeEverywhere(client: Client, number: number): Promise<void> {
  for (const write of Object.values(WRITES)) await client.query(write, [number])
}

beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
  await database.drop()
})

it('finishes while a writer of every table is under way, and lets others write until its own end', async () => {
  const [writer, migrator, other] = [await connect(), await connect(), await connect()]
  const { rows } = await writer.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  )
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(WRITES).sort())
  await writer.query('BEGIN')
  await writeEverywhere(writer, 1)

  // All its locks are held for as long as it is not committed.
  await migrator.query(transactions[0]!)
  expect((await migrator.query('SELECT pg_current_xact_id_if_assigned() AS id')).rows).not.toEqual([
    { id: null },
  ])
  await other.query(`SET lock_timeout = '100ms'`)
  await writeEverywhere(other, 2)

  await migrator.query('COMMIT')
  await writer.query('COMMIT')
})

const checkOnTaskTypes = async (client: Client) => {
  const { rows } = await client.query<{ definition: string }>(
    `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'async_tasks_type_check'`,
  )
  return rows.map(({ definition }) => definition)
}

it('lets task types in that an older schema did not know, and looks at the old rows while others write', async () => {
  const [migrator, other] = [await connect(), await connect()]
  const wanted = await checkOnTaskTypes(migrator)
  await migrator.query(`ALTER TABLE async_tasks DROP CONSTRAINT async_tasks_type_check,
    ADD CONSTRAINT async_tasks_type_check CHECK (task_type IN ('genesis.concept_generation'))`)
  await writeEverywhere(other, 1)

  await migrator.query(`${transactions[0]!} COMMIT;`)
  expect(await checkOnTaskTypes(migrator)).toEqual(wanted.map((definition) => `${definition} NOT VALID`))
  await migrator.query(transactions[1]!)
  expect(await checkOnTaskTypes(migrator)).toEqual(wanted)
  await other.query(`SET lock_timeout = '100ms'`)
  await writeEverywhere(other, 2)
  await migrator.query('COMMIT')
})

it.each([
  '',
  'genesis.',
  'concept_generation',
  'genesis.Concept',
  'genesis.a__b',
  'genesis.a.b',
  'genesis.a\n',
])('lets no task in whose type is %j', async (type) => {
  const client = await connect()
  await writeEverywhere(client, 1)
  await expect(client.query('UPDATE async_tasks SET task_type = $1', [type])).rejects.toMatchObject({
    constraint: 'async_tasks_type_check',
  })
})

it('gives up soon where it must change a table that is being written, and changes it when run again', async () => {
  const [writer, migrator] = [await connect(), await connect()]
  await migrator.query('ALTER SEQUENCE event_outbox_seq OWNED BY NONE')
  await writer.query('BEGIN')
  await writeEverywhere(writer, 1)
  const impatient = migration.replace(`lock_timeout = '5s'`, `lock_timeout = '50ms'`)
  await expect(migrator.query(impatient)).rejects.toMatchObject({ code: '55P03' })
  await migrator.query('ROLLBACK')
  await writer.query('COMMIT')
  await migrator.query(migration)
  const { rows } = await migrator.query(`SELECT pg_get_serial_sequence('event_outbox', 'seq') AS name`)
  expect(rows).toEqual([{ name: 'public.event_outbox_seq' }])
})

it('exchanges the index of parked rows that a long key did not fit into', async () => {
  const [migrator, writer] = [await connect(), await connect()]
  const indexes = async () => {
    const { rows } = await migrator.query<{ name: string }>(
      `SELECT indexname AS name FROM pg_indexes WHERE indexname LIKE 'event_outbox_parked%'`,
    )
    return rows.map(({ name }) => name)
  }
  await migrator.query('DROP INDEX event_outbox_parked_hash')
  await migrator.query('CREATE INDEX event_outbox_parked ON event_outbox (lane, key, seq) WHERE parked')
  await migrator.query(`${transactions[0]!} COMMIT;`)
  expect(await indexes()).toEqual(['event_outbox_parked', 'event_outbox_parked_hash'])
  await migrator.query(migration)
  expect(await indexes()).toEqual(['event_outbox_parked_hash'])
  // Random, or it would be compressed.
  await writer.query(`INSERT INTO event_outbox (topic, payload, parked, key)
    SELECT 't', '{}', true, string_agg(md5(random()::text), '') FROM generate_series(1, 300)`)
})

it('gives FAILED rows that lack it a failed_at, and waits for nobody who changes one', async () => {
  const [migrator, operator] = [await connect(), await connect()]
  await migrator.query('ALTER TABLE event_outbox DROP COLUMN failed_at')
  await migrator.query(`INSERT INTO event_outbox (topic, key, payload, created_at, status)
    SELECT 't', key, '{}', '2026-01-01', CASE key WHEN 'sent' THEN 'SENT' WHEN 'pending' THEN 'PENDING' ELSE 'FAILED' END
      FROM unnest(ARRAY['sent', 'pending', 'failed', 'changing']) AS key`)
  const failedAt = async () => {
    const { rows } = await migrator.query<{ key: string; same: boolean }>(
      'SELECT key, failed_at = created_at AS same FROM event_outbox WHERE failed_at IS NOT NULL ORDER BY key',
    )
    return rows.map(({ key, same }) => [key, same])
  }
  await migrator.query(`${transactions[0]!} COMMIT;`)
  await operator.query('BEGIN')
  await operator.query(`UPDATE event_outbox SET dropped_at = now() WHERE key = 'changing'`)
  await migrator.query(transactions.slice(1).join('COMMIT;'))
  expect(await failedAt()).toEqual([['failed', true]])
  await operator.query('COMMIT')
  await migrator.query(`UPDATE event_outbox SET failed_at = '2026-02-02' WHERE key = 'failed'`)
  await migrator.query(migration)
  // What is there already stays.
  expect(await failedAt()).toEqual([
    ['changing', true],
    ['failed', false],
  ])
})

it('names in no index of the outbox what the settling of a sent row changes, nor in its condition', async () => {
  const client = await connect()
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name
       FROM pg_index AS i
       JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid
       JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE i.indrelid = 'event_outbox'::regclass`,
  )
  const named = rows.map(({ name }) => name)
  expect(named).toEqual(expect.arrayContaining(['lane', 'seq', 'failed_at']))
  for (const changed of [
    'status',
    'attempts',
    'next_attempt_at',
    'sent_at',
    'kafka_partition',
    'kafka_offset',
  ])
    expect(named).not.toContain(changed)
})
