/** kill -9 of the gateway, or of its server's backend, in the middle of a command leaves all of it or nothing. */
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

/** Where a command is stopped: its writes, in their order. */
const PLACES = [
  { table: 'command_inbox', write: 'INSERT' },
  { table: 'genesis_sessions', write: 'UPDATE' },
  { table: 'async_tasks', write: 'INSERT' },
  { table: 'domain_events', write: 'INSERT' },
  { table: 'event_outbox', write: 'INSERT' },
] as const
const AT_COMMIT = 4711

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
  // Stops a command at its write to a table, or at its COMMIT, while somebody holds the lock of that place.
  await sql.query(`
    CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END $$;
    CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON event_outbox
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_here(${AT_COMMIT});
  `)
  for (const [number, { table, write }] of PLACES.entries())
    await sql.query(
      `CREATE TRIGGER wait_at_write BEFORE ${write} ON ${table} FOR EACH ROW EXECUTE FUNCTION wait_here(${number})`,
    )
  await startGateway()
})
async function openSession(): Promise<string> {
  const opened = await fetch(`${url}/genesis/sessions`, { method: 'POST', headers, body: '{}' })
  return ((await opened.json()) as { session_id: string }).session_id
}
beforeEach(async () => {
  session = await openSession()
})
afterAll(async () => {
  await gateway.stop('SIGKILL')
  await sql.end()
  await database.drop()
})

const request = (idempotencyKey: string, to = session, type = 'RequestConceptGeneration') =>
  fetch(`${url}/genesis/sessions/${to}/commands`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ command_type: type }),
  })

/** Sends a command that stops at `place`, kills the gateway there, and lets PostgreSQL go on, or ends its backend. */
async function killAt(place: number, idempotencyKey: string, then: 'go on' | 'end'): Promise<void> {
  const holder = await sql.connect()
  try {
    await holder.query('BEGIN')
    await holder.query('SELECT pg_advisory_xact_lock($1)', [place])
    const answer = request(idempotencyKey).then(
      (response) => response.status,
      () => 'no answer',
    )
    const stopped = await eventually(async () => {
      // Longer than strangers in one statement may wait for each other's locks: it is alone now.
      const { rows } = await sql.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'api-gateway' AND wait_event_type = 'Lock'
            AND clock_timestamp() - query_start > interval '300 ms'`,
      )
      return rows.length === 1 ? rows[0] : undefined
    })
    expect(await gateway.stop('SIGKILL')).toBe('SIGKILL')
    expect(await answer).toBe('no answer')
    if (then === 'end') await sql.query('SELECT pg_terminate_backend($1)', [stopped.pid])
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

it.each(PLACES.map(({ table }, place) => [table, place] as const))(
  'at the write to %s, with the backend, leaves nothing, and the same key carries the command out',
  async (_, place) => {
    const before = await snapshotOf(sql)
    const key = randomUUID()
    await killAt(place, key, 'end')
    expect(await snapshotOf(sql)).toEqual(before)

    await startGateway()
    const answer = await request(key)
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([202, null])
  },
)

it.each([
  ['its first write', 0],
  ['its COMMIT', AT_COMMIT],
])('at %s leaves all that PostgreSQL was told, and the same key names it', async (_, place) => {
  const key = randomUUID()
  await killAt(place, key, 'go on')
  const { rows } = await sql.query<{ command: string }>(
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

it('in the middle of a statement of several sessions leaves all of it, and each key gives its answer', async () => {
  const waiting = (count: number) =>
    eventually(async () => {
      const { rowCount } = await sql.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'command_inbox'::regclass
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
      return rowCount === count
    })
  const hold = async () => {
    const holder = await sql.connect()
    await holder.query('BEGIN; LOCK TABLE command_inbox IN SHARE MODE')
    return holder
  }
  const letGo = async (holder: Awaited<ReturnType<typeof hold>>) => {
    await holder.query('ROLLBACK')
    holder.release()
  }
  const sessions = await Promise.all(Array.from({ length: 8 }, openSession))
  for (const one of sessions) expect((await request('warm', one, 'SubmitFeedback')).status).toBe(200)
  const send = (one: string) => request('key', one, 'SubmitFeedback').catch(() => 'no answer')

  // The two that may be under way wait for the first holder, and the one of all others for the second.
  const first = await hold()
  const plugs: Promise<unknown>[] = []
  for (const one of sessions.slice(0, 2)) {
    plugs.push(send(one))
    await waiting(plugs.length)
  }
  const second = hold()
  await waiting(3)
  const answers = sessions.slice(2).map(send)
  // A moment for them to arrive; one that comes late is not written, and that is as right.
  await fetch(`${url}/openapi.json`)
  await letGo(first)
  await Promise.all(plugs)
  await waiting(1)
  await gateway.stop('SIGKILL')
  expect(await Promise.all(answers)).toEqual(Array(6).fill('no answer'))
  await letGo(await second)

  const written = async () =>
    (
      await sql.query<{ session: string; transaction: string; events: number; outbox: number }>(
        `SELECT c.session_id AS session, c.xmin::text AS transaction, count(e)::int AS events, count(o)::int AS outbox
           FROM command_inbox c
           LEFT JOIN domain_events e ON e.correlation_id = c.id
           LEFT JOIN event_outbox o ON o.id = e.event_id
          WHERE c.session_id = ANY ($1) AND c.idempotency_key = 'key'
          GROUP BY c.id`,
        [sessions.slice(2)],
      )
    ).rows
  await eventually(async () => (await written()).length > 0)
  const rows = await written()
  expect(rows.length).toBeGreaterThan(1)
  expect(new Set(rows.map(({ transaction }) => transaction)).size).toBe(1)
  for (const row of rows) expect(row).toMatchObject({ events: 1, outbox: 1 })
  await startGateway()
  for (const one of sessions.slice(2)) {
    const again = await request('key', one, 'SubmitFeedback')
    const wasWritten = rows.some(({ session: written }) => written === one)
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([
      200,
      wasWritten ? 'true' : null,
    ])
  }
})
