/** The SQL that the runbook topic-lost has for rows that `replay` does not know. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { repositoryRoot } from '@infinite-scribe/testing'
import { envelope, insertRows } from '../relay-fixture.test'
import { openOperatorFixture, type OperatorFixture } from './operator-fixture.test'

let fixture: OperatorFixture

beforeEach(async () => {
  fixture = await openOperatorFixture()
})

afterEach(() => fixture.close())

it('lists rows of other services alone, though events of ours had been replayed before', async () => {
  const { pool, topic } = fixture
  const session = randomUUID()
  const facts = await fixture.facts(session, 2)
  await fixture.intoOutbox(session, facts)
  await fixture.type(`replay --session ${session} --yes`)
  const others = await insertRows(
    pool,
    [envelope(), envelope({ event_id: 'no uuid' }), [], 'text', 1].map((payload) => ({
      topic,
      key: 'other',
      payload,
    })),
  )
  await pool.query(`UPDATE event_outbox SET status = 'SENT', sent_at = now() - interval '1 hour'`)
  const page = readFileSync(path.join(repositoryRoot, 'infrastructure/runbooks/topic-lost.md'), 'utf8')
  const sql = /```sql\n([^`]*)```/.exec(page)?.[1] ?? ''
  const { rows } = await pool.query<{ id: string }>(
    sql.replace('<the topic>', topic).replace('<when it was lost>', new Date().toISOString()),
  )
  expect(rows.map(({ id }) => id)).toEqual(others)
})
