/** Bad inputs 35 to 39: what is no fault of the request. */
import { randomUUID } from 'node:crypto'
import { eventually } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { SessionQueues } from '../commands/session-queues'
import { openTcpProxy, type TcpProxy } from '../database/tcp-proxy.test'
import { expectProblem } from './bad-inputs.kit.test'
import type { CommandRequest } from '../ports'
import { runGateway, type Reply, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let proxy: TcpProxy
let session: string
/** The real queue stands in front of the real service, short enough to be filled by four. */
let shortQueue: SessionQueues

beforeEach(async () => {
  shortQueue = new SessionQueues({ maxWaiting: 2, maxWaitMs: 10_000 })
  gateway = await runGateway({
    environment: { DATABASE_POOL_MAX: '1', SHUTDOWN_TIMEOUT: '2' },
    databaseUrl: async (direct) => (proxy = await openTcpProxy(direct)).url,
    services: ({ commands, tasks }) => ({
      commands: Object.assign(Object.create(commands) as typeof commands, {
        processCommand: (request: CommandRequest) =>
          shortQueue.inTurn(request.sessionId, request.caller.sub, () => commands.processCommand(request)),
      }),
      tasks: Object.assign(Object.create(tasks) as typeof tasks, {
        get: () => Promise.reject(new Error('a bug of ours', { cause: new Error('secret://ada:pw@db') })),
      }),
    }),
  })
  session = await gateway.openSession()
})
afterEach(async () => {
  await gateway.close()
  await proxy.close()
})

const send = (headers?: object) => gateway.send(session, 'SubmitFeedback', { rating: 5 }, headers)

/** Holds the session's row while `during` runs. */
async function whileLocked<T>(during: (unlock: () => Promise<void>) => Promise<T>): Promise<T> {
  const locker = new Client({ connectionString: gateway.database.url })
  await locker.connect()
  await locker.query('BEGIN')
  await locker.query('SELECT FROM genesis_sessions WHERE id = $1 FOR UPDATE', [session])
  let locked = true
  const unlock = async () => {
    if (!locked) return
    locked = false
    await locker.query('ROLLBACK')
    await locker.end()
  }
  return during(unlock).finally(unlock)
}

async function leavesNothing(what: () => Promise<Reply>, status: number, code: string): Promise<void> {
  const before = await gateway.checksum()
  expectProblem(await what(), status, code)
  expect(await gateway.checksum()).toBe(before)
}

describe('bad input 35: 503 SERVICE_UNAVAILABLE + Retry-After', () => {
  test('PostgreSQL down', async () => {
    await proxy.close()
    await leavesNothing(() => send(), 503, 'SERVICE_UNAVAILABLE')
    expectProblem(await gateway.call({ path: '/health/ready', token: null }), 503, 'SERVICE_UNAVAILABLE')
    expectProblem(await gateway.call({ path: '/health', token: null }), 503, 'SERVICE_UNAVAILABLE')
    expect((await gateway.call({ path: '/health/live', token: null })).status).toBe(200)
    proxy = await openTcpProxy(gateway.database.gatewayUrl)
  })

  test('PostgreSQL silent: a statement already sent is given up after 4 s, where none can be sent 2 s do', async () => {
    const timed = async () => {
      const begunAt = performance.now()
      await leavesNothing(
        () => gateway.call({ path: `/genesis/sessions/${session}/state` }),
        503,
        'SERVICE_UNAVAILABLE',
      )
      return performance.now() - begunAt
    }
    proxy.blackHole = true
    const times = [await timed(), await timed()]
    proxy.blackHole = false
    expect(times[0]).toBeLessThan(6_000)
    expect(times[1]).toBeLessThan(2_000)
    expect((await send()).status).toBe(200)
  })

  test("PostgreSQL's disk full, until it no longer is", async () => {
    await gateway.sql.query(`
      CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER fill BEFORE INSERT ON domain_events EXECUTE FUNCTION fill()`)
    await leavesNothing(() => send(), 503, 'SERVICE_UNAVAILABLE')
    await leavesNothing(
      () => gateway.call({ method: 'POST', path: '/genesis/sessions' }),
      503,
      'SERVICE_UNAVAILABLE',
    )
    await gateway.sql.query('DROP TRIGGER fill ON domain_events')
    expect((await send()).status).toBe(200)
  })

  test('the connection lost before the committing statement was sent', async () => {
    proxy.decide = (piece) => (piece.includes('load-session') ? 'cut before' : 'pass')
    await leavesNothing(() => send(), 503, 'SERVICE_UNAVAILABLE')
  })

  test('pool exhausted, and a query past its time-out', async () => {
    await whileLocked(async () => {
      const late = send()
      const other = await eventually(async () => {
        const { rows } = await gateway.sql.query<{ n: string }>(
          // Longer than a statement waits that others may share: it keeps its connection now.
          `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
              AND clock_timestamp() - query_start > interval '300 ms'`,
        )
        return rows[0]?.n === '1' ? gateway.call({ path: `/genesis/sessions/${session}/state` }) : undefined
      })
      expectProblem(other, 503, 'SERVICE_UNAVAILABLE')
      expectProblem(await late, 503, 'SERVICE_UNAVAILABLE')
    })
  })
})

test.each([
  ['the connection died', 'cut after'],
  ['the time-out struck', 'never answered'],
] as const)('bad input 36: %s after the committing statement was sent', async (_input, fate) => {
  const headers = { 'idempotency-key': randomUUID() }
  const before = await gateway.checksum()
  proxy.decide = (piece) => {
    if (!piece.includes('write-commands')) return 'pass'
    proxy.blackHole = fate === 'never answered'
    return fate === 'never answered' ? 'pass' : fate
  }
  expectProblem(await send(headers), 503, 'OUTCOME_UNKNOWN')
  expect(await gateway.checksum()).not.toBe(before)
  proxy.decide = () => 'pass'
  proxy.blackHole = false

  const retried = await send(headers)
  expect(retried.status).toBe(200)
  expect(retried.headers.get('idempotent-replayed')).toBe('true')
  const { rows } = await gateway.sql.query(`SELECT count(*)::int AS n FROM command_inbox`)
  expect(rows).toEqual([{ n: 1 }])
})

describe('bad input 37: 503 CONCURRENCY_CONFLICT + Retry-After', () => {
  test('serialization retries exhausted', async () => {
    await gateway.sql.query(`
      CREATE SEQUENCE clashes;
      CREATE FUNCTION clash() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          PERFORM nextval('clashes');
          RAISE EXCEPTION 'another was first' USING ERRCODE = 'serialization_failure';
        END $$;
      CREATE TRIGGER clash BEFORE INSERT ON domain_events EXECUTE FUNCTION clash()`)
    await leavesNothing(() => send(), 503, 'CONCURRENCY_CONFLICT')
    expect((await gateway.sql.query('SELECT last_value FROM clashes')).rows).toEqual([{ last_value: '10' }])
  })

  test("the session's queue waited in too long", async () => {
    shortQueue = new SessionQueues({ maxWaiting: 2, maxWaitMs: 50 })
    const before = await gateway.checksum()
    await whileLocked(async (unlock) => {
      const first = send()
      await eventually(async () => {
        const { rowCount } = await gateway.sql.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        return rowCount
      })
      expectProblem(await send(), 503, 'CONCURRENCY_CONFLICT')
      expect(await gateway.checksum()).toBe(before)
      await unlock()
      expect((await first).status).toBe(200)
    })
  })

  test("the session's queue full; those who still wait when the process must end are told so", async () => {
    const before = await gateway.checksum()
    await whileLocked(async () => {
      const sent = Array.from({ length: 4 }, () => send())
      expectProblem(await Promise.race(sent), 503, 'CONCURRENCY_CONFLICT')
      await gateway.stop()
      const replies = await Promise.all(sent)
      const codes = replies.map(({ body }) => body.error_code as string).sort()
      // One waits for the row, two for their turn.
      expect(codes).toEqual(['CONCURRENCY_CONFLICT', ...Array<string>(3).fill('OUTCOME_UNKNOWN')])
      expect(await gateway.checksum()).toBe(before)
    })
  })
})

describe('bad input 38: the process is shutting down', () => {
  test('answers what is under way, refuses what arrives, and ends', async () => {
    const { slow, stopped } = await whileLocked(async (unlock) => {
      const slow = send()
      await eventually(async () => {
        const { rowCount } = await gateway.sql.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        return rowCount
      })
      const stopped = gateway.stop()
      const before = await gateway.checksum()
      const refused = await send()
      expectProblem(refused, 503, 'SHUTTING_DOWN')
      expect(await gateway.checksum()).toBe(before)
      expect(refused.headers.get('connection')).toBe('close')
      expectProblem(await gateway.call({ path: '/health/ready', token: null }), 503, 'SHUTTING_DOWN')
      expect((await gateway.call({ path: '/health/live', token: null })).status).toBe(200)
      await unlock()
      return { slow, stopped }
    })
    expect((await slow).status).toBe(200)
    expect((await slow).headers.get('connection')).toBe('close')
    await stopped
    await expect(gateway.call({ path: '/health/live', token: null })).rejects.toThrow()
  })
})

describe('bad input 39: a fault of ours', () => {
  test('500 INTERNAL_ERROR, the cause in the log under the same X-Request-Id', async () => {
    const path = `/tasks/${randomUUID()}`
    const reply = await gateway.call({ path, headers: { 'x-request-id': 'trace-me' } })
    expectProblem(reply, 500, 'INTERNAL_ERROR')
    expect(reply.headers.get('x-request-id')).toBe('trace-me')
    expect(reply.text).not.toContain('bug')
    expect(gateway.lines.filter(({ request_id }) => request_id === 'trace-me')).toMatchObject([
      {
        level: 'error',
        status: 500,
        error: { message: 'a bug of ours', cause: { message: 'secret://ada:[redacted]@db' } },
      },
    ])
  })
})
