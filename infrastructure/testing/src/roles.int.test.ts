/** What the groups of the services may not do; that they may do all they need, every other test shows. */
import { applyRoles } from '@infinite-scribe/local-stack'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from './database'

const DENIED = '42501'

let database: TestDatabase
const open: Client[] = []

async function connectAs(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  open.push(client)
  return client
}

let owner: Client
let gateway: Client
let relay: Client

beforeAll(async () => {
  database = await createTestDatabase()
  // CREATE DATABASE does not copy what may be done with the template itself.
  await applyRoles(database.url)
  owner = await connectAs(database.url)
  gateway = await connectAs(database.gatewayUrl)
  relay = await connectAs(database.relayUrl)
})

afterAll(async () => {
  for (const client of open) await client.end()
  await database.drop()
})

/** The SQLSTATE that a statement is refused with; undefined when it is not. */
async function refusalOf(client: Client, sql: string): Promise<string | undefined> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  } finally {
    await client.query('ROLLBACK')
  }
}

const NEITHER = [
  'CREATE TABLE intruder (id int)',
  'ALTER TABLE event_outbox ADD COLUMN intruder int',
  'ALTER TABLE domain_events DISABLE TRIGGER domain_events_immutable',
  'DROP TRIGGER domain_events_immutable ON domain_events',
  'SET LOCAL session_replication_role = replica',
  'CREATE OR REPLACE FUNCTION refuse_change_of_domain_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
  'DROP INDEX event_outbox_lane_seq',
  'UPDATE domain_events SET payload = payload',
  'DELETE FROM domain_events',
  'TRUNCATE domain_events',
  'TRUNCATE event_outbox CASCADE',
  `SELECT setval('event_outbox_seq', 1)`,
  'UPDATE event_outbox SET payload = payload',
  'UPDATE event_outbox SET topic = topic',
  'UPDATE event_outbox SET key = key',
  `INSERT INTO event_outbox (topic, key, payload, status) VALUES ('t', 'k', '{}', 'SENT')`,
  'SELECT * FROM flow_resume_handles',
  'SELECT * FROM outbox_audit',
  'UPDATE outbox_audit SET who = who',
  'DELETE FROM outbox_audit',
  'UPDATE genesis_sessions SET user_id = user_id',
  'DELETE FROM genesis_sessions',
  'DELETE FROM command_inbox',
  'UPDATE command_inbox SET payload = payload',
  'DELETE FROM async_tasks',
  'GRANT SELECT ON flow_resume_handles TO PUBLIC',
  'CREATE ROLE intruder',
  'SET LOCAL ROLE pg_execute_server_program',
  'SELECT rolpassword FROM pg_authid',
  `COPY domain_events TO PROGRAM 'cat'`,
  `SELECT pg_read_file('postgresql.conf')`,
]

const NOT_THE_GATEWAY = [
  'DELETE FROM event_outbox',
  `UPDATE event_outbox SET status = 'SENT'`,
  'UPDATE event_outbox SET dropped_at = now()',
  'SELECT id FROM event_outbox FOR UPDATE',
  'SELECT payload FROM event_outbox',
  'SELECT key FROM event_outbox',
  'SELECT traceparent FROM event_outbox',
  'CREATE TEMPORARY TABLE intruder (id int)',
  `INSERT INTO event_outbox (topic, key, payload, dead_letter_due) VALUES ('t', 'k', '{}', true)`,
  'SELECT * FROM outbox_lanes',
  'UPDATE outbox_lanes SET owner = NULL',
  'SELECT * FROM outbox_relays',
  'DELETE FROM outbox_relays',
  'INSERT INTO outbox_deliveries (outbox_id, topic, attempts) SELECT gen_random_uuid(), $$t$$, 1',
  'DELETE FROM outbox_deliveries',
  `INSERT INTO outbox_audit (who, action, rows) VALUES ('x', 'drop', 1)`,
  'UPDATE stream_tickets SET user_id = user_id',
]

/** By table, the columns that no statement of the gateway inserts. */
const NOT_INSERTED = {
  genesis_sessions: ['novel_id', 'confirmed_data', 'created_at', 'updated_at'],
  command_inbox: ['created_at', 'updated_at'],
  async_tasks: ['status', 'progress', 'message', 'result_data', 'error_data', 'created_at', 'updated_at'],
  domain_events: ['id'],
  event_outbox: [
    'status',
    'created_at',
    'seq',
    'parked',
    'attempts',
    'next_attempt_at',
    'last_error',
    'will_retry',
    'dropped_at',
    'sent_at',
    'kafka_partition',
    'kafka_offset',
    'dead_letter_due',
    'requeued_at',
    'failed_at',
  ],
  stream_tickets: ['created_at'],
}

const NOT_THE_RELAY = [
  'SELECT * FROM genesis_sessions',
  `INSERT INTO genesis_sessions (user_id) VALUES ('x')`,
  `UPDATE genesis_sessions SET status = 'COMPLETED'`,
  'SELECT * FROM command_inbox',
  `INSERT INTO command_inbox (session_id, command_type, idempotency_key) SELECT gen_random_uuid(), 'x', 'x'`,
  `UPDATE command_inbox SET status = 'COMPLETED'`,
  'SELECT * FROM async_tasks',
  `UPDATE async_tasks SET status = 'COMPLETED'`,
  `INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload)
   SELECT gen_random_uuid(), gen_random_uuid(), 'x', 'x', 'x', 1, '{}'`,
  `SELECT nextval('domain_events_id_seq')`,
  'SELECT * FROM stream_tickets',
  'DELETE FROM outbox_lanes',
  'INSERT INTO outbox_lanes (lane) VALUES (0)',
  'UPDATE outbox_lanes SET lane = lane',
  'UPDATE outbox_deliveries SET topic = topic',
  'DELETE FROM outbox_deliveries',
]

describe('the gateway', () => {
  it.each([...NEITHER, ...NOT_THE_GATEWAY])('may not: %s', async (sql) => {
    expect(await refusalOf(gateway, sql)).toBe(DENIED)
  })

  it.each(Object.entries(NOT_INSERTED))(
    'may set no other column of a new row in %s',
    async (table, columns) => {
      for (const column of columns) {
        const sql = `INSERT INTO ${table} (${column}) VALUES (DEFAULT)`
        expect([column, await refusalOf(gateway, sql)]).toEqual([column, DENIED])
      }
    },
  )
})

describe('the relay', () => {
  it.each([...NEITHER, ...NOT_THE_RELAY])('may not: %s', async (sql) => {
    expect(await refusalOf(relay, sql)).toBe(DENIED)
  })

  it('may make the temporary tables that `verify` compares in', async () => {
    expect(await refusalOf(relay, 'CREATE TEMPORARY TABLE compared (id int)')).toBeUndefined()
  })
})

it('has groups that nobody can log in as and that are nothing but themselves', async () => {
  const { rows } = await owner.query(
    `SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
            (SELECT count(*)::int FROM pg_auth_members WHERE member = pg_roles.oid) AS member_of
       FROM pg_roles WHERE rolname IN ('genesis_gateway', 'genesis_relay') ORDER BY rolname`,
  )
  const nothing = {
    rolcanlogin: false,
    rolsuper: false,
    rolcreaterole: false,
    rolcreatedb: false,
    rolbypassrls: false,
    rolreplication: false,
    member_of: 0,
  }
  expect(rows).toEqual([
    { rolname: 'genesis_gateway', ...nothing },
    { rolname: 'genesis_relay', ...nothing },
  ])
})
