/** Commands that nobody finishes are failed in time while one of two gateways is frozen or dead; nothing else runs beside it. */
import { ApiUser, eventually, startSystem, type RunningSystem } from '@infinite-scribe/testing'
import { Client } from 'pg'

let system: RunningSystem
let sql: Client

beforeAll(async () => {
  system = await startSystem({ gateways: 2, relays: 0, gateway: { COMMAND_TIMEOUT_SECONDS: '1' } })
  sql = new Client({ connectionString: system.database.url })
  await sql.connect()
})
afterAll(async () => {
  await sql.end()
  await system.close()
})

describe('time-outs', () => {
  const TIMEOUT_SECONDS = 1

  interface Overdue {
    session: string
    task: string
  }

  /** A task whose event arrived on Kafka a moment ago: it is overdue a second later. */
  async function arrived(user: ApiUser): Promise<Overdue> {
    const session = await user.openSession()
    const { body } = await user.command(session, 'RequestConceptGeneration')
    await sql.query(
      `UPDATE event_outbox o SET status = 'SENT', sent_at = now() FROM async_tasks t WHERE t.id = $1 AND o.id = t.request_event_id`,
      [body.task_id],
    )
    return { session, task: body.task_id as string }
  }

  /** How long after its moment, or after `from` where that was later, the task was failed, in seconds. */
  async function lateness({ task }: Overdue, from = '-infinity'): Promise<number> {
    const { rows } = await sql.query<{ late: number; code: string }>(
      `SELECT t.error_data->>'code' AS code, extract(epoch FROM t.updated_at -
                greatest($3::timestamptz, o.sent_at + make_interval(secs => $2)))::float8 AS late
         FROM async_tasks t JOIN event_outbox o ON o.id = t.request_event_id WHERE t.id = $1 AND t.status = 'FAILED'`,
      [task, TIMEOUT_SECONDS, from],
    )
    expect(rows).toMatchObject([{ code: 'timed_out' }])
    return rows[0]!.late
  }

  const failed = async (tasks: readonly Overdue[]): Promise<boolean> => {
    const ids = tasks.map(({ task }) => task)
    const { rowCount } = await sql.query(`SELECT FROM async_tasks WHERE id = ANY($1) AND status = 'FAILED'`, [
      ids,
    ])
    return rowCount === ids.length
  }

  it.each(['SIGSTOP', 'SIGKILL'] as const)(
    'strike within 5 s while one replica lives and the other got %s in the middle of one',
    async (signal) => {
      // Each is the other's survivor once: who was frozen and thawed must still do its part.
      const [victim, survivor] = signal === 'SIGSTOP' ? system.gateways : system.gateways.toReversed()
      const user = new ApiUser(victim!.url, 'ada')
      survivor!.process.child.kill('SIGSTOP')
      const caught = await arrived(user)
      const others = [await arrived(user), await arrived(user)]
      const holder = new Client({ connectionString: system.database.url })
      await holder.connect()
      await holder.query('BEGIN')
      await holder.query('SELECT FROM genesis_sessions WHERE id = $1 FOR UPDATE', [caught.session])
      // It holds the command's row and waits for the session's.
      await eventually(
        async () =>
          (
            await sql.query(
              `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
            )
          ).rowCount,
      )
      victim!.process.child.kill(signal)
      survivor!.process.child.kill('SIGCONT')
      const { rows } = await holder.query<{ now: string }>('SELECT clock_timestamp()::text AS now')
      await holder.query('COMMIT')
      await holder.end()

      await eventually(() => failed([caught, ...others]), 20_000)
      expect(await lateness(caught, rows[0]!.now)).toBeLessThan(5)
      for (const other of others) expect(await lateness(other, rows[0]!.now)).toBeLessThan(5)
      victim!.process.child.kill('SIGCONT')

      const { rows: ends } = await sql.query(
        `SELECT count(*)::int AS n FROM domain_events WHERE event_type = 'Genesis.Session.ConceptGenerationFailed'
            AND metadata->>'task_id' = ANY($1)`,
        [[caught, ...others].map(({ task }) => task)],
      )
      expect(ends).toEqual([{ n: 3 }])
    },
    60_000,
  )
})
