/** PostgreSQL answers, and refuses: a row alone, or every row alike. */
import { eventually } from '@infinite-scribe/testing'
import { countByStatus, envelope, insertRows, outboxRow, wakeRelays } from './relay-fixture.test'
import { openRelayFixture, type RelayFixture } from './relay-with-servers-fixture.test'

let fixture: RelayFixture

beforeEach(async () => (fixture = await openRelayFixture()))
afterEach(() => fixture.close())

const add = (...keys: string[]) =>
  insertRows(
    fixture.pool,
    keys.map((key) => ({ topic: fixture.topic, key, payload: envelope() })),
  )

/** A trigger raises, SQLSTATE P0001, where `condition` holds of the row as it is to be. */
const refuseWhere = (condition: string) =>
  fixture.pool.query(`
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF ${condition} THEN RAISE 'no such order'; END IF;
      RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER refuse BEFORE UPDATE ON event_outbox FOR EACH ROW EXECUTE FUNCTION refuse()`)

it('sends the neighbours of a row that a trigger refuses, and ends it as FAILED', async () => {
  await refuseWhere(`NEW.key = 'bad' AND NEW.status = 'SENT'`)
  const ids = await add('good', 'bad', 'better')
  await fixture.relay()
  await eventually(async () => (await countByStatus(fixture.pool)).FAILED === 1)
  expect(await outboxRow(fixture.pool, ids[1]!)).toMatchObject({
    status: 'FAILED',
    will_retry: false,
    last_error: { class: 'unsettleable', code: 'P0001' },
  })
  expect(await countByStatus(fixture.pool)).toEqual({ SENT: 2, FAILED: 1 })
})

it('goes on behind a row that is refused when it is the only one', async () => {
  await refuseWhere(`NEW.key = 'bad'`)
  const relay = await fixture.relay({ RELAY_POLL_INTERVAL: '0.5' })
  await add('bad')
  await wakeRelays(fixture.pool)
  await eventually(async () => /errors_total\{step="settle"\} [1-9]/.test(await metrics(relay.httpPort)))
  await add('good', 'better')
  await wakeRelays(fixture.pool)
  await eventually(async () => (await countByStatus(fixture.pool)).SENT === 2)
  await eventually(async () =>
    (await metrics(relay.httpPort)).includes('message_relay_unsettleable_rows_total 1'),
  )
  expect(await countByStatus(fixture.pool)).toEqual({ PENDING: 1, SENT: 2 })
})

it('blames no row where the right to write is gone, and settles all when it is back', async () => {
  const relay = await fixture.relay({ RELAY_POLL_INTERVAL: '0.5' })
  await fixture.pool.query('REVOKE UPDATE ON event_outbox FROM genesis_relay')
  await add('a', 'b', 'c')
  await wakeRelays(fixture.pool)
  await eventually(async () => /errors_total\{step="settle"\} [3-9]/.test(await metrics(relay.httpPort)))
  expect(await countByStatus(fixture.pool)).toEqual({ PENDING: 3 })
  await fixture.pool.query('GRANT UPDATE ON event_outbox TO genesis_relay')
  await eventually(async () => (await countByStatus(fixture.pool)).SENT === 3)
})

it('blames no row for what a statement within a trigger meets at every one', async () => {
  await fixture.pool.query(`
    CREATE TABLE settled_rows (id uuid, at timestamptz) PARTITION BY RANGE (at);
    GRANT INSERT ON settled_rows TO PUBLIC;
    CREATE FUNCTION keep_settled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO settled_rows VALUES (NEW.id, now());
      RETURN NEW;
    END $$;
    CREATE TRIGGER keep_settled BEFORE UPDATE ON event_outbox FOR EACH ROW EXECUTE FUNCTION keep_settled()`)
  const relay = await fixture.relay({ RELAY_POLL_INTERVAL: '0.5' })
  await add('a', 'b', 'c')
  await wakeRelays(fixture.pool)
  // 23514: there is no partition for it.
  await eventually(async () =>
    /errors_total\{step="settle"\} [3-9]|unsettleable_rows_total [1-9]/.test(await metrics(relay.httpPort)),
  )
  expect(await metrics(relay.httpPort)).toMatch(/^message_relay_unsettleable_rows_total 0$/m)
  await fixture.pool.query('CREATE TABLE settled_now PARTITION OF settled_rows DEFAULT')
  await eventually(async () => (await countByStatus(fixture.pool)).SENT === 3)
})

it('answers a scrape in time while the outbox is locked, and shows no figure that it cannot tell', async () => {
  const relay = await fixture.relay()
  await eventually(async () => (await metrics(relay.httpPort)).includes('message_relay_lanes_owned 64'))
  expect(await metrics(relay.httpPort)).toMatch(/^message_relay_pending_rows 0$/m)
  const lock = await fixture.pool.connect()
  try {
    await lock.query('BEGIN; LOCK TABLE event_outbox IN ACCESS EXCLUSIVE MODE')
    let slowestMs = 0
    await eventually(async () => {
      const startedAt = performance.now()
      const text = await metrics(relay.httpPort)
      slowestMs = Math.max(slowestMs, performance.now() - startedAt)
      return text.includes('message_relay_backlog_readable 0') && !/^message_relay_pending_rows /m.test(text)
    }, 20_000)
    expect(slowestMs).toBeLessThan(3000)
  } finally {
    lock.release(true)
  }
  await eventually(async () => /^message_relay_pending_rows 0$/m.test(await metrics(relay.httpPort)))
}, 60_000)

it('counts the FAILED rows that hold their key', async () => {
  const relay = await fixture.relay({ RELAY_FAILED_KEY_POLICY: 'block' })
  await insertRows(fixture.pool, [
    { topic: 'no topic', key: 'a', payload: envelope() },
    { topic: fixture.topic, key: 'a', payload: envelope() },
  ])
  await wakeRelays(fixture.pool)
  await eventually(async () => /^message_relay_blocking_rows 1$/m.test(await metrics(relay.httpPort)))
  const text = await metrics(relay.httpPort)
  expect(text).toMatch(/^message_relay_pending_rows 1$/m)
  expect(text).toMatch(/^message_relay_undecided_rows 1$/m)
})

async function metrics(port: number): Promise<string> {
  return (await fetch(`http://localhost:${port}/metrics`)).text()
}
