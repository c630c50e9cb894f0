/** Two gateways behind one database behave as one, in keys, tickets, positions and time-outs, also when one is frozen or dead. */
import { randomUUID } from 'node:crypto'
import { ApiUser, eventually, signTestToken, startSystem, type RunningSystem } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { HttpReader } from './stream/http-reader.kit.test'

let system: RunningSystem
let sql: Client
/** Ada, at each of the two. */
let ada: [ApiUser, ApiUser]
const at = (turn: number): ApiUser => ada[turn % 2]!

beforeAll(async () => {
  system = await startSystem({ gateways: 2, relays: 0, gateway: { COMMAND_TIMEOUT_SECONDS: '1' } })
  ada = system.gateways.map(({ url }) => new ApiUser(url, 'ada')) as [ApiUser, ApiUser]
  sql = new Client({ connectionString: system.database.url })
  await sql.connect()
})
afterAll(async () => {
  await sql.end()
  await system.close()
})

describe('keys', () => {
  it('carry a click out once, whichever of the two it reaches', async () => {
    const session = await ada[0].openSession()
    const key = { 'idempotency-key': randomUUID() }
    const clicks = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => at(turn).command(session, 'ConfirmStage', {}, key)),
    )
    expect(new Set(clicks.map(({ status, body }) => `${status} ${body.command_id as string}`)).size).toBe(1)
    expect(clicks.filter(({ headers }) => !headers.has('idempotent-replayed'))).toHaveLength(1)
    const reused = await ada[1].command(session, 'ConfirmStage', { stage: 'WORLDVIEW' }, key)
    expect([reused.status, reused.body.error_code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
  })

  it('name the command under way, and open one session for two clicks', async () => {
    const opening = { 'idempotency-key': randomUUID() }
    const opened = await Promise.all([0, 1].map((turn) => at(turn).post('/genesis/sessions', {}, opening)))
    const [session, ...others] = new Set(opened.map(({ body }) => body.session_id as string))
    expect(others).toEqual([])
    const key = { 'idempotency-key': randomUUID() }
    const first = await ada[0].command(session!, 'RequestConceptGeneration', {}, key)
    const again = await ada[1].command(session!, 'RequestConceptGeneration', {}, key)
    const twin = await ada[1].command(session!, 'RequestConceptGeneration')
    for (const { status, body } of [again, twin])
      expect([status, body.duplicate_command_id]).toEqual([409, first.body.command_id])
    expect([again, twin].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual(['true', null])
  })
})

it('tickets bought at one open one stream at the other', async () => {
  const { body } = await ada[0].post('/events/stream/tickets')
  const path = `/events/stream?ticket=${body.ticket as string}`
  const reader = await HttpReader.open(ada[1].url + path)
  const session = await ada[0].openSession()
  await eventually(() => reader.events.some(({ data }) => data.aggregate_id === session))
  for (const { url } of ada) expect((await fetch(url + path)).status).toBe(401)
  reader.cut()
})

it('positions of a stream, a state, a list and a history are good at either', async () => {
  const headers = { authorization: `Bearer ${signTestToken('bea')}` }
  const bea = ada.map(({ url }) => new ApiUser(url, 'bea')) as [ApiUser, ApiUser]
  const live = await HttpReader.open(`${bea[0].url}/events/stream`, headers)
  const sessions = [await bea[0].openSession(), await bea[1].openSession()]
  const state = await bea[0].get(`/genesis/sessions/${sessions[0]!}/state`)
  for (let turn = 0; turn < 4; turn += 1) await bea[turn % 2]!.command(sessions[0]!, 'SubmitFeedback')
  await eventually(() => live.events.length === 6)
  const shown = live.events.map(({ data }) => data.event_id as string)
  const goOn = async (query: string, count: number): Promise<string[]> => {
    const reader = await HttpReader.open(`${bea[1].url}/events/stream?${query}`, headers)
    await eventually(() => reader.events.length >= count)
    reader.cut()
    return reader.events.map(({ data }) => data.event_id as string)
  }
  expect(await goOn(`last_event_id=${live.events[1]!.id!}`, 4)).toEqual(shown.slice(2))
  const position = `context_id=${sessions[0]!}&last_event_id=${state.body.stream_position as string}`
  expect(await goOn(position, 4)).toEqual(shown.slice(2))
  live.cut()

  const newest = await bea[0].get('/genesis/sessions?limit=1')
  const older = await bea[1].get(`/genesis/sessions?limit=1&after=${newest.body.next_after as string}`)
  const listed = [newest, older].flatMap(({ body }) => body.sessions as { session_id: string }[])
  expect(listed.map(({ session_id }) => session_id)).toEqual([sessions[1], sessions[0]])
  const history = await bea[0].get(`/genesis/sessions/${sessions[0]!}/events?limit=3`)
  const rest = await bea[1].get(
    `/genesis/sessions/${sessions[0]!}/events?after=${history.body.next_after as number}`,
  )
  expect(rest.body).toMatchObject({
    events: [{ aggregate_version: 4 }, { aggregate_version: 5 }],
    next_after: null,
  })
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
