/** What a thousand open streams cost: memory, and questions to PostgreSQL. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import {
  createTestDatabase,
  eventually,
  freePort,
  signTestToken,
  startService,
  TEST_JWT_ENVIRONMENT,
} from '@infinite-scribe/testing'
import { Client } from 'pg'
import { HttpReader } from './http-reader.kit.test'

const STREAMS = 1_000
const USERS = 100
const IDLE_MS = 20_000

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

it('costs less than 100 MB, and PostgreSQL one question in five seconds', async () => {
  const database = await createTestDatabase()
  const [port, adminPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const gateway = await startService(
    'api-gateway',
    {
      ...TEST_JWT_ENVIRONMENT,
      DATABASE_URL: database.gatewayUrl,
      PORT: String(port),
      GATEWAY_ADMIN_PORT: String(adminPort),
    },
    `${url}/health/ready`,
  )
  const sql = new Client({ connectionString: database.url })
  await sql.connect()
  const committed = async (): Promise<number> => {
    const { rows } = await sql.query(
      `SELECT pg_stat_clear_snapshot(), xact_commit::int AS n FROM pg_stat_database WHERE datname = current_database()`,
    )
    return rows[0].n
  }
  const committedIn = async (ms: number): Promise<number> => {
    // PostgreSQL's sessions report what they did up to ten seconds later.
    await delay(12_000)
    const asked = await committed()
    await delay(ms)
    return (await committed()) - asked
  }
  const tokens = Array.from({ length: USERS }, (_, index) => `Bearer ${signTestToken(`user-${index}`)}`)
  const open = (index: number) =>
    HttpReader.open(`${url}/events/stream`, { authorization: tokens[index % USERS]! })
  try {
    // What the first requests load and compile is not the streams' cost.
    const warm = await Promise.all(Array.from({ length: 20 }, (_, index) => open(index)))
    for (const reader of warm) reader.cut()
    const without = await committedIn(IDLE_MS)
    const before = residentMegabytes(gateway.pid)
    const readers: HttpReader[] = []
    for (let at = 0; at < STREAMS; at += 50)
      readers.push(...(await Promise.all(Array.from({ length: 50 }, (_, index) => open(at + index)))))
    const opened = residentMegabytes(gateway.pid)
    const idle = (await committedIn(IDLE_MS)) - without
    const after = residentMegabytes(gateway.pid)

    const response = await fetch(`${url}/genesis/sessions`, {
      method: 'POST',
      headers: { authorization: tokens[7]! },
    })
    expect(response.status).toBe(201)
    await eventually(() =>
      readers.filter((_, index) => index % USERS === 7).every(({ events }) => events.length === 1),
    )
    process.stdout.write(
      `1,000 streams: ${before.toFixed(0)} MB before, ${opened.toFixed(0)} MB opened, ${after.toFixed(0)} MB after ` +
        `${IDLE_MS / 1000} s; ${idle} transactions more than without\n`,
    )
    expect(Math.max(opened, after) - before).toBeLessThan(100)
    // The safety poll, once in five seconds, and what does not fall evenly.
    expect(idle).toBeLessThanOrEqual(IDLE_MS / 5_000 + 4)
    for (const reader of readers) reader.cut()
  } finally {
    await gateway.stop()
    await sql.end()
    await database.drop()
  }
}, 120_000)
