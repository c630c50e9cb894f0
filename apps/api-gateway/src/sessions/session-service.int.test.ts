/** Opening sessions and reading them, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { isRefusal } from '../outcome'
import type { SessionView } from '../ports'
import {
  AGENT,
  by,
  caller,
  confirmUntil,
  expectOneChain,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  send,
  type Fixture,
} from '../service-fixture.test'
import { sessionPosition } from '../stream/session-position'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

const sessions = () => fixture.services.sessions

describe('opening a session', () => {
  it('writes the session, its first event and its outbox row', async () => {
    const opened = granted(await sessions().open(by('ann')))
    expect(opened).toEqual({
      session_id: expect.any(String),
      status: 'IN_PROGRESS',
      current_stage: 'CONCEPT_SELECTION',
      replayed: false,
    })
    const id = opened.session_id
    const [created] = await fixture.rows.events(id)
    expect(created).toMatchObject({
      event_type: 'Genesis.Session.Created',
      aggregate_version: 1,
      correlation_id: created!.event_id,
      causation_id: null,
      payload: { session_id: id },
      metadata: { user_id: 'ann', actor: 'ann' },
    })
    expect(await fixture.rows.session(id)).toMatchObject({ version: 1, last_event_id: created!.event_id })
    expect(await fixture.rows.outbox(id)).toEqual([expect.objectContaining({ id: created!.event_id })])
  })

  it('twice with one key opens one, whatever became of it since', async () => {
    const open = () => sessions().open({ ...by('ben'), idempotencyKey: 'new-novel' })
    const first = granted(await open())
    await send(fixture.services, first.session_id, 'ConfirmStage', {}, { owner: 'ben' })
    expect(await open()).toEqual({ ...first, replayed: true })
    expect(granted(await sessions().list(caller('ben'), { limit: 10 })).sessions).toHaveLength(1)
    const other = granted(await sessions().open({ ...by('cid'), idempotencyKey: 'new-novel' }))
    expect(other.session_id).not.toBe(first.session_id)
  })

  it('many times at once with one key opens one', async () => {
    const replicas = [fixture.services, fixture.replica()]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        replicas[i % 2]!.sessions.open({ ...by('dot'), idempotencyKey: 'click' }),
      ),
    )
    const ids = new Set(answers.map((answer) => granted(answer).session_id))
    expect(ids.size).toBe(1)
    expect(answers.filter((answer) => !granted(answer).replayed)).toHaveLength(1)
    expectOneChain(await fixture.rows.events([...ids][0]!))
  })
})

describe('the list', () => {
  it('shows each of the caller’s sessions once, the newest first, page by page', async () => {
    const opened: string[] = []
    for (let i = 0; i < 7; i++) opened.push(await openSession(fixture.services, 'eve'))
    await openSession(fixture.services, 'somebody else')
    // Two of the same microsecond: the id decides.
    await fixture.sql.query(
      `UPDATE genesis_sessions SET created_at = (SELECT created_at FROM genesis_sessions WHERE id = $1) WHERE id = $2`,
      [opened[3], opened[4]],
    )
    const seen: SessionView[] = []
    let after: string | null | undefined
    let pages = 0
    do {
      const page = granted(await sessions().list(caller('eve'), { limit: 3, ...(after ? { after } : {}) }))
      seen.push(...page.sessions)
      after = page.next_after
      pages++
    } while (after)
    expect(pages).toBe(3)
    expect(new Set(seen.map((s) => s.session_id))).toEqual(new Set(opened))
    expect(seen).toHaveLength(7)
    const times = seen.map((s) => s.created_at)
    expect(times).toEqual([...times].sort().reverse())
    expect(seen[0]).toEqual({
      session_id: opened[6],
      novel_id: null,
      status: 'IN_PROGRESS',
      current_stage: 'CONCEPT_SELECTION',
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  it('ends with null exactly at the last session', async () => {
    for (let i = 0; i < 2; i++) await openSession(fixture.services, 'fay')
    expect(granted(await sessions().list(caller('fay'), { limit: 2 })).next_after).toBeNull()
    expect(granted(await sessions().list(caller('nobody'), { limit: 2 }))).toEqual({
      sessions: [],
      next_after: null,
    })
  })

  it('can be narrowed to a status', async () => {
    const done = await openSession(fixture.services, 'gus')
    await openSession(fixture.services, 'gus')
    await fixture.sql.query(`UPDATE genesis_sessions SET status = 'ABANDONED' WHERE id = $1`, [done])
    const page = granted(await sessions().list(caller('gus'), { limit: 5, status: 'ABANDONED' }))
    expect(page.sessions.map((s) => s.session_id)).toEqual([done])
  })

  it.each(['x', '', Buffer.from('2026-01-01T00:00:00.000000Z x').toString('base64url'), 'Ym9ndXM', '!!'])(
    'refuses the position %j',
    async (after) => {
      expect(await sessions().list(caller('eve'), { limit: 1, after })).toMatchObject({
        code: 'VALIDATION_ERROR',
      })
    },
  )

  it('answers any position with a page or a refusal', async () => {
    const digits = (length: number) =>
      fc.integer({ min: 0, max: 10 ** length - 1 }).map((n) => String(n).padStart(length, '0'))
    const moment = fc
      .tuple(digits(4), digits(2), digits(2), digits(2), digits(2), digits(2), digits(6))
      .map(([y, mo, d, h, mi, s, us]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.${us}Z`)
    const likely = fc
      .tuple(
        fc.integer({ min: 0, max: 9999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
      )
      .map(([y, m, d]) =>
        [String(y).padStart(4, '0'), ...[m, d].map((n) => String(n).padStart(2, '0'))].join('-'),
      )
      .map((day) => `${day}T00:00:00.000000Z`)
    const position = fc
      .tuple(fc.oneof(moment, likely), fc.uuid())
      .map((parts) => Buffer.from(parts.join(' ')).toString('base64url'))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), position), async (after) => {
        const answer = await sessions().list(caller('eve'), { limit: 1, after })
        expect(isRefusal(answer) ? answer.code : 'a page').toMatch(/^(a page|VALIDATION_ERROR)$/)
      }),
      {
        numRuns: 100,
        examples: [[Buffer.from(`2026-02-30T00:00:00.000000Z ${randomUUID()}`).toString('base64url')]],
      },
    )
  })
})

describe('the state', () => {
  it('shows what is pending, then how it ended', async () => {
    const id = await openSession(fixture.services)
    const state = () => sessions().state(caller('owner'), id)
    expect(await state()).toEqual({
      session_id: id,
      status: 'IN_PROGRESS',
      current_stage: 'CONCEPT_SELECTION',
      version: 1,
      confirmed_data: {},
      is_pending: false,
      pending_command_type: null,
      pending: [],
      last_result: null,
      stream_position: sessionPosition(id, 1),
    })
    const { commandId, taskId } = await requestConcepts(fixture.services, id)
    granted(await fixture.services.tasks.progress(AGENT, taskId, { progress: 12.5 }))
    expect(await state()).toMatchObject({
      is_pending: true,
      pending_command_type: 'RequestConceptGeneration',
      pending: [
        { command_id: commandId, command_type: 'RequestConceptGeneration', task_id: taskId, progress: 12.5 },
      ],
      last_result: null,
    })
    granted(await fixture.services.tasks.complete(AGENT, taskId, { result: { a: 1 } }))
    expect(await state()).toMatchObject({
      version: 3,
      is_pending: false,
      pending: [],
      last_result: { command_id: commandId, task_id: taskId, status: 'COMPLETED', result: { a: 1 } },
    })
    // The server's clock is set back: what ended last is still the last.
    await fixture.sql.query(`UPDATE async_tasks SET updated_at = now() + interval '1 h' WHERE id = $1`, [
      taskId,
    ])
    const second = await requestConcepts(fixture.services, id)
    granted(await fixture.services.tasks.fail(AGENT, second.taskId, { error: { message: 'no' } }))
    const { last_result } = granted(await state())
    expect(last_result).toEqual({
      command_id: second.commandId,
      task_id: second.taskId,
      status: 'FAILED',
      error: { message: 'no' },
    })
  })
})

describe('the history', () => {
  it('shows every event once, page by page', async () => {
    const id = await openSession(fixture.services)
    await confirmUntil(fixture.services, id, 'FINISHED')
    const versions: number[] = []
    let after: number | null = 0
    while (after !== null) {
      const page: { events: { aggregate_version: number }[]; next_after: number | null } = granted(
        await sessions().history(caller('owner'), id, { after, limit: 3 }),
      )
      versions.push(...page.events.map((event) => event.aggregate_version))
      after = page.next_after
    }
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(granted(await sessions().history(caller('owner'), id, { after: 7, limit: 3 }))).toEqual({
      events: [],
      next_after: null,
    })
  })
})

it('hides a session from everybody but its owner', async () => {
  const id = await openSession(fixture.services)
  for (const session of [id, randomUUID()]) {
    const hidden = { code: 'SESSION_NOT_FOUND' }
    expect(await sessions().state(caller('stranger'), session)).toMatchObject(hidden)
    expect(await sessions().history(caller('stranger'), session, { after: 0, limit: 1 })).toMatchObject(
      hidden,
    )
    expect(await fixture.services.commands.receipt(caller('stranger'), session, randomUUID())).toMatchObject(
      hidden,
    )
  }
})
