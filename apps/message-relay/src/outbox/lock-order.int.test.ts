/** Whoever locks several FAILED rows locks them in the order of (lane, seq): two orders would be a deadlock. */
import { drop } from '../operator/drop'
import { withOperatorDatabase, type OperatorDatabase } from '../operator/operator-database'
import { requeue, selectForRequeue } from '../operator/requeue'
import { countByStatus, envelope } from '../relay-fixture.test'
import { setBack } from './move-rows'
import { openOutboxFixture, type OutboxFixture } from './outbox-fixture.test'

let fixture: OutboxFixture
beforeEach(async () => {
  fixture = await openOutboxFixture()
})
afterEach(() => fixture.close())

const asOperator = (use: (operator: OperatorDatabase) => Promise<unknown>) =>
  withOperatorDatabase(fixture.testDatabase.url, () => () => undefined, use)

it.each([
  [
    'requeue',
    async () => {
      const { rows } = await fixture.pool.query<{ id: string }>('SELECT id FROM event_outbox')
      const selection = { ids: rows.map(({ id }) => id) }
      return asOperator(async (operator) => {
        await selectForRequeue(operator, selection)
        await requeue(operator, selection, 'tester', () => undefined)
      })
    },
    { PENDING: 2 },
  ],
  [
    'drop',
    async () => {
      const { rows } = await fixture.pool.query<{ id: string }>(
        'SELECT id FROM event_outbox ORDER BY seq DESC',
      )
      const ids = rows.map(({ id }) => id)
      return asOperator((operator) => drop(operator, ids, 'tester'))
    },
    { FAILED: 2 },
  ],
  [
    'set back',
    async () => {
      const { owned } = await fixture.leases().renew([])
      const { rows } = await fixture.pool.query<{ id: string; lane: number; seq: string }>(
        'SELECT id, lane, seq FROM event_outbox ORDER BY seq DESC',
      )
      const tokens = new Map(owned.map(({ lane, token }) => [lane, token]))
      await setBack(
        fixture.database,
        rows.map(({ id, lane, seq }) => ({ id, lane, seq: Number(seq), token: tokens.get(lane)! })),
      )
    },
    { PENDING: 2 },
  ],
])('%s waits for the first row before it locks another', async (_, change, then) => {
  // The later number comes first in the table and in the order of the ids.
  const [second, first] = ['00000000-0000-4000-8000-000000000001', 'ffffffff-ffff-4fff-8fff-ffffffffffff']
  for (const [id, seq] of [
    [second, 2000],
    [first, 1000],
  ]) {
    await fixture.pool.query(
      `INSERT INTO event_outbox (id, seq, topic, key, payload) VALUES ($1, $2, 't', 'k', $3)`,
      [id, seq, envelope()],
    )
  }
  await fixture.pool.query(`UPDATE event_outbox SET status = 'FAILED', will_retry = true`)
  const stranger = await fixture.pool.connect()
  await stranger.query('BEGIN')
  await stranger.query('SELECT FROM event_outbox WHERE id = $1 FOR UPDATE', [first])
  const changed = change()
  await fixture.somebodyWaits()
  const free = await fixture.pool.query('SELECT FROM event_outbox WHERE id = $1 FOR UPDATE SKIP LOCKED', [
    second,
  ])
  await stranger.query('ROLLBACK')
  stranger.release()
  await changed
  expect(free.rowCount).toBe(1)
  expect(await countByStatus(fixture.pool)).toEqual(then)
})
