/** Relays as processes that are killed and stopped: nothing is lost, repeats are the same bytes. */
import {
  createTestDatabase,
  createTestTopic,
  eventually,
  freePort,
  readTopicToEnd,
  startService,
  type ServiceProcess,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { expectDrained, insertNumbered } from './drain-fixture.test'
import {
  countByStatus,
  envelope,
  insertRows,
  outboxRow,
  relayEnvironment,
  wakeRelays,
} from './relay-fixture.test'

let database: TestDatabase
let pool: Pool
let topic: string
const running: ServiceProcess[] = []

beforeEach(async () => {
  ;[database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  pool = new Pool({ connectionString: database.url, max: 5 })
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((relay) => relay.stop('SIGKILL')))
  await pool.end()
  await database.drop()
})

async function relay(more: Record<string, string> = {}): Promise<ServiceProcess> {
  const port = await freePort()
  const environment = relayEnvironment(database.relayUrl, topic, {
    RELAY_HTTP_PORT: String(port),
    LOG_LEVEL: 'info',
    // A publish that outlasts its deadline is repeated, and the tests count the records.
    RELAY_LEASE: '30',
    RELAY_PUBLISH_TIMEOUT: '10',
    RELAY_POLL_INTERVAL: '1',
    ...more,
  })
  const service = await startService('message-relay', environment, `http://127.0.0.1:${port}/health/ready`)
  running.push(service)
  return service
}

/** While somebody holds the lock 1 nothing becomes SENT; a try that failed is settled all the same. */
const SENT_WAITS = `
CREATE FUNCTION wait_to_be_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
CREATE TRIGGER wait_to_be_sent BEFORE UPDATE ON event_outbox
   FOR EACH ROW WHEN (NEW.status = 'SENT') EXECUTE FUNCTION wait_to_be_sent()`

/** Kills the relay once what was inserted is `published`, and before it is settled. */
async function killBeforeItSettles(
  doomed: ServiceProcess,
  insert: () => Promise<unknown>,
  published: () => Promise<unknown>,
): Promise<void> {
  const lock = await pool.connect()
  try {
    await lock.query('SELECT pg_advisory_lock(1)')
    await lock.query(SENT_WAITS)
    await insert()
    await wakeRelays(pool)
    await published()
    expect(await doomed.stop('SIGKILL')).toBe('SIGKILL')
    // The settle that waits dies with the process it was sent by.
    await pool.query(`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                       WHERE application_name = 'message-relay' AND datname = current_database()`)
  } catch (error) {
    throw new Error(`the relay that was to be killed said:\n${doomed.output()}`, { cause: error })
  } finally {
    // Its end is the end of the lock, whatever failed.
    lock.release(true)
  }
  // Its lease is not waited for: another test is about that.
  await pool.query('UPDATE outbox_lanes SET lease_until = now()')
  await pool.query('UPDATE outbox_relays SET lease_until = now()')
}

it('repeats after kill -9 between publish and settle the same event with the same bytes, and loses none', async () => {
  const doomed = await relay()
  const rows = Array.from({ length: 20 }, (_, n) => ({ topic, key: `k${n % 4}`, payload: envelope({ n }) }))
  await killBeforeItSettles(
    doomed,
    () => insertRows(pool, rows),
    () => eventually(async () => (await readTopicToEnd(topic)).length === rows.length, 30_000),
  )
  expect(await countByStatus(pool)).toEqual({ PENDING: rows.length })

  await relay()
  await eventually(async () => (await countByStatus(pool)).SENT === rows.length, 30_000)
  const records = await readTopicToEnd(topic)
  expect(records).toHaveLength(2 * rows.length)
  const values = new Map<string, string>()
  for (const { headers, value, key } of records) {
    const same = `${key} ${value}`
    expect(values.get(headers.event_id!) ?? same).toBe(same)
    values.set(headers.event_id!, same)
  }
  expect(values.size).toBe(rows.length)
})

it('has at most two batches published and not settled, so that kill -9 repeats no more', async () => {
  const [rows, batch] = [1000, 100]
  // Its first batch tries the broker, and is waited for: that one is another.
  const doomed = await relay({ RELAY_BATCH_SIZE: String(batch), RELAY_POLL_INTERVAL: '60' })
  const [first] = await insertRows(pool, [{ topic: await createTestTopic(1), key: 'k', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(async () => (await outboxRow(pool, first!)).status === 'SENT')
  await pool.query('DELETE FROM event_outbox')
  await killBeforeItSettles(
    doomed,
    () => insertNumbered(pool, topic, rows, 50),
    async () => {
      await eventually(async () => (await readTopicToEnd(topic)).length >= 2 * batch, 30_000)
      // Each look takes longer than a publish: time enough for the third, if nothing kept it from that.
      for (let looks = 0; looks < 3; looks += 1) expect(await readTopicToEnd(topic)).toHaveLength(2 * batch)
    },
  )
  expect(await countByStatus(pool)).toEqual({ PENDING: rows })

  await relay()
  await eventually(async () => (await countByStatus(pool)).SENT === rows, 30_000)
  expect(await expectDrained(topic, rows)).toEqual({ repeats: 2 * batch })
})

it('ends with 0 on SIGTERM, having settled what was in flight and handed its lanes over at once', async () => {
  const first = await relay()
  await insertRows(
    pool,
    Array.from({ length: 3000 }, (_, n) => ({ topic, key: `k${n % 50}`, payload: envelope({ n }) })),
  )
  await wakeRelays(pool)
  await eventually(async () => ((await countByStatus(pool)).SENT ?? 0) > 100)
  // Twice: an impatient second signal changes nothing.
  first.child.kill('SIGTERM')
  expect(await first.stop('SIGTERM')).toBe(0)
  const { rows } = await pool.query('SELECT FROM outbox_lanes WHERE owner IS NOT NULL')
  expect(rows).toHaveLength(0)
  const sent = (await countByStatus(pool)).SENT
  expect(await readTopicToEnd(topic)).toHaveLength(sent!)
  await relay()
  await eventually(async () => (await countByStatus(pool)).SENT === 3000, 30_000)
  expect(await readTopicToEnd(topic)).toHaveLength(3000)
})

it('takes the lanes of a frozen relay over, which can settle nothing when it thaws', async () => {
  const frozen = await relay({ RELAY_LEASE: '3', RELAY_PUBLISH_TIMEOUT: '1' })
  await insertRows(pool, [{ topic, key: 'a', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(async () => (await countByStatus(pool)).SENT === 1)
  frozen.child.kill('SIGSTOP')
  // Its deadline is short: a publish that was slow was repeated.
  const before = (await readTopicToEnd(topic)).length
  const ids = await insertRows(
    pool,
    Array.from({ length: 100 }, (_, n) => ({ topic, key: `k${n}`, payload: envelope() })),
  )
  await relay({ RELAY_LEASE: '10', RELAY_PUBLISH_TIMEOUT: '4' })
  await eventually(async () => (await countByStatus(pool)).SENT === ids.length + 1, 15_000)
  frozen.child.kill('SIGCONT')
  await eventually(async () => {
    const { rows } = await pool.query('SELECT owner, count(*)::integer AS lanes FROM outbox_lanes GROUP BY 1')
    return rows.length === 2 && rows.every(({ lanes }) => lanes === 32)
  }, 30_000)
  expect(await readTopicToEnd(topic)).toHaveLength(before + ids.length)
})
