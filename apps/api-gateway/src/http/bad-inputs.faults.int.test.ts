/** Bad inputs 35 to 39: what is no fault of the request. */
import { randomUUID } from 'node:crypto'
import { eventually } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { openTcpProxy, type TcpProxy } from '../database/tcp-proxy.test'
import { expectProblem } from './bad-inputs.kit.test'
import { runGateway, type Reply, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let proxy: TcpProxy
let session: string

beforeEach(async () => {
  gateway = await runGateway({
    environment: { DATABASE_POOL_MAX: '1', SHUTDOWN_TIMEOUT: '1.5' },
    databaseUrl: async (direct) => (proxy = await openTcpProxy(direct)).url,
    services: ({ tasks }) => ({
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
    proxy = await openTcpProxy(gateway.database.url)
  })

  test('the connection lost before the committing statement was sent', async () => {
    proxy.decide = (piece) => (piece.includes('COMMIT') ? 'cut before' : 'pass')
    const before = await gateway.checksum()
    const reply = await send()
    // From this side nobody can tell whether the COMMIT got through: both answers are true, a lost write is not.
    expect(['SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN']).toContain(reply.body.error_code)
    expect(await gateway.checksum()).toBe(before)
  })

  test('pool exhausted, and a query past its time-out', async () => {
    await whileLocked(async () => {
      const late = send()
      const other = await eventually(async () => {
        const { rows } = await gateway.sql.query<{ n: string }>(
          `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        return rows[0]?.n === '1' ? gateway.call({ path: `/genesis/sessions/${session}/state` }) : undefined
      })
      expectProblem(other, 503, 'SERVICE_UNAVAILABLE')
      expectProblem(await late, 503, 'SERVICE_UNAVAILABLE')
    })
  })
})

test('bad input 36: the connection died after the committing statement was sent', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  const before = await gateway.checksum()
  proxy.decide = (piece) => (piece.includes('COMMIT') ? 'cut after' : 'pass')
  expectProblem(await send(headers), 503, 'OUTCOME_UNKNOWN')
  expect(await gateway.checksum()).not.toBe(before)
  proxy.decide = () => 'pass'

  const retried = await send(headers)
  expect(retried.status).toBe(200)
  expect(retried.headers.get('idempotent-replayed')).toBe('true')
  const { rows } = await gateway.sql.query(`SELECT count(*)::int AS n FROM command_inbox`)
  expect(rows).toEqual([{ n: 1 }])
})

describe("bad input 37: the session's queue full", () => {
  test('503 CONCURRENCY_CONFLICT; those who still wait when the process must end are told so', async () => {
    const before = await gateway.checksum()
    await whileLocked(async () => {
      const sent = Array.from({ length: 520 }, () => send())
      expectProblem(await Promise.race(sent), 503, 'CONCURRENCY_CONFLICT')
      await gateway.stop()
      const replies = await Promise.all(sent)
      for (const reply of replies) expectProblem(reply, 503, reply.body.error_code as string)
      const codes = new Set(replies.map(({ body }) => body.error_code as string))
      expect([...codes]).toEqual(expect.arrayContaining(['CONCURRENCY_CONFLICT', 'OUTCOME_UNKNOWN']))
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
      const refused = await send()
      expectProblem(refused, 503, 'SHUTTING_DOWN')
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
