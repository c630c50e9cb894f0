/** kill -9 of the gateway between any two statements of a command leaves all of it or nothing. */
import { randomUUID } from 'node:crypto'
import {
  createTestDatabase,
  eventually,
  freePort,
  signTestToken,
  startService,
  TEST_JWT_ENVIRONMENT,
  type ServiceProcess,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { snapshotOf } from '../service-fixture.test'

const headers = {
  authorization: `Bearer ${signTestToken('owner')}`,
  'content-type': 'application/json',
}

let database: TestDatabase
let sql: Pool
let url: string
let gateway: ServiceProcess
let session: string

async function startGateway(): Promise<void> {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  const environment = {
    ...TEST_JWT_ENVIRONMENT,
    DATABASE_URL: database.gatewayUrl,
    PORT: String(port),
    GATEWAY_ADMIN_PORT: '0',
    LOG_LEVEL: 'error',
  }
  gateway = await startService('api-gateway', environment, `${url}/health/ready`)
}

beforeAll(async () => {
  database = await createTestDatabase()
  sql = new Pool({ connectionString: database.url })
  // Stops a COMMIT in its middle while somebody holds the lock: every statement was carried out, nothing is visible.
  await sql.query(`
    CREATE FUNCTION wait_before_commit() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER wait_before_commit AFTER INSERT ON event_outbox
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_before_commit();
  `)
  await startGateway()
})
beforeEach(async () => {
  const opened = await fetch(`${url}/genesis/sessions`, { method: 'POST', headers, body: '{}' })
  session = ((await opened.json()) as { session_id: string }).session_id
})
afterAll(async () => {
  await gateway.stop('SIGKILL')
  await sql.end()
  await database.drop()
})

const request = (idempotencyKey: string) =>
  fetch(`${url}/genesis/sessions/${session}/commands`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ command_type: 'RequestConceptGeneration' }),
  })

/** Sends a command that stops where `lock` makes it wait, kills the gateway there, and lets PostgreSQL go on. */
async function killAt(lock: string, idempotencyKey: string): Promise<void> {
  const holder = await sql.connect()
  try {
    await holder.query('BEGIN')
    await holder.query(lock)
    const answer = request(idempotencyKey).then(
      (response) => response.status,
      () => 'no answer',
    )
    await eventually(async () => {
      const { rowCount } = await sql.query(
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'api-gateway' AND wait_event_type = 'Lock'`,
      )
      return rowCount === 1
    })
    expect(await gateway.stop('SIGKILL')).toBe('SIGKILL')
    expect(await answer).toBe('no answer')
  } finally {
    await holder.query('ROLLBACK')
    holder.release()
  }
  await eventually(async () => {
    const { rowCount } = await sql.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'api-gateway%'`,
    )
    return rowCount === 0
  })
}

// SHARE lets the command read and its foreign keys be checked, and stops its write.
it.each(['command_inbox', 'genesis_sessions', 'async_tasks', 'domain_events', 'event_outbox'])(
  'at the write to %s leaves nothing, and the same key carries the command out',
  async (table) => {
    const before = await snapshotOf(sql)
    const key = randomUUID()
    await killAt(`LOCK TABLE ${table} IN SHARE MODE`, key)
    expect(await snapshotOf(sql)).toEqual(before)

    await startGateway()
    const answer = await request(key)
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([202, null])
  },
)

it('at the COMMIT leaves all of it, and the same key names it', async () => {
  const key = randomUUID()
  await killAt('SELECT pg_advisory_xact_lock(4711)', key)
  const { rows } = await sql.query<{
    command: string
    tasks: number
    events: number
    outbox: number
    version: number
  }>(
    `SELECT c.id AS command, s.version,
            (SELECT count(*)::int FROM async_tasks t WHERE t.triggered_by_command_id = c.id) AS tasks,
            (SELECT count(*)::int FROM domain_events e WHERE e.correlation_id = c.id) AS events,
            (SELECT count(*)::int FROM event_outbox o WHERE o.payload ->> 'correlation_id' = c.id::text) AS outbox
       FROM command_inbox c JOIN genesis_sessions s ON s.id = c.session_id WHERE s.id = $1`,
    [session],
  )
  expect(rows).toEqual([{ command: expect.any(String), tasks: 1, events: 1, outbox: 1, version: 2 }])

  await startGateway()
  const again = await request(key)
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([409, 'true'])
  expect(await again.json()).toEqual({
    error_code: 'DUPLICATE_COMMAND',
    message: 'Command already processing',
    duplicate_command_id: rows[0]!.command,
  })
})
