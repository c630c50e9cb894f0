/** What a process remembers of a session is never more than a guess: the write's fence and a fresh read decide. */
import { randomUUID } from 'node:crypto'
import {
  AGENT,
  expectOneChain,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  send,
  snapshotOf,
  type Fixture,
} from '../service-fixture.test'
import type { Services } from '../services'
import { RememberedSessions } from './remembered-sessions'

let fixture: Fixture
let one: Services
let other: Services
beforeAll(async () => {
  fixture = await openFixture()
  one = fixture.services
  other = fixture.replica()
})
afterAll(() => fixture.close())

/** A session that `one` remembers. */
async function remembered(): Promise<string> {
  const session = await openSession(one)
  granted(await send(one, session, 'SubmitFeedback'))
  return session
}

it('another replica’s write in between is seen, and the chain goes on behind it', async () => {
  const session = await remembered()
  granted(await send(other, session, 'ConfirmStage'))
  granted(await send(one, session, 'ConfirmStage', { stage: 'STORY_CONCEPTION' }))
  const events = await fixture.rows.events(session)
  expect(events).toHaveLength(4)
  expectOneChain(events)
  expect(await fixture.rows.session(session)).toMatchObject({ current_stage: 'WORLDVIEW', version: 4 })
})

it('a task’s end through another replica is seen: the session’s finish does not cancel it', async () => {
  const session = await openSession(one)
  const { taskId } = await requestConcepts(one, session)
  for (let stage = 0; stage < 4; stage++) granted(await send(one, session, 'ConfirmStage'))
  granted(await other.tasks.complete(AGENT, taskId, { result: { concepts: [] } }))
  granted(await send(one, session, 'ConfirmStage'))
  const events = await fixture.rows.events(session)
  expectOneChain(events)
  expect(events.map(({ event_type }) => event_type).slice(-2)).toEqual([
    'Genesis.Session.StageConfirmed',
    'Genesis.Session.Finished',
  ])
  expect(await fixture.rows.tasks(session)).toMatchObject([{ status: 'COMPLETED' }])
})

it('a status that another service set is seen, though the version is the same', async () => {
  const session = await remembered()
  const setStatus = (status: string) =>
    fixture.sql.query('UPDATE genesis_sessions SET status = $2 WHERE id = $1', [session, status])
  await setStatus('ABANDONED')
  const before = await snapshotOf(fixture.sql)
  for (const type of one.commands.supported)
    expect(await send(one, session, type)).toMatchObject({ code: 'SESSION_NOT_ACTIVE' })
  expect(await snapshotOf(fixture.sql)).toEqual(before)
  await setStatus('IN_PROGRESS')
  granted(await send(one, session, 'SubmitFeedback'))
})

it('a session that another service gave to somebody else, or removed, is not there any more', async () => {
  const session = await remembered()
  await fixture.sql.query(`UPDATE genesis_sessions SET user_id = 'heir' WHERE id = $1`, [session])
  expect(await send(one, session, 'SubmitFeedback')).toMatchObject({ code: 'SESSION_NOT_FOUND' })
  granted(await send(one, session, 'SubmitFeedback', {}, { owner: 'heir' }))
  expect(await send(one, session, 'SubmitFeedback')).toMatchObject({ code: 'SESSION_NOT_FOUND' })
})

it('a refusal is never given on what is only remembered', async () => {
  const session = await remembered()
  granted(await send(other, session, 'ConfirmStage'))
  // What `one` remembers would refuse this with STAGE_MISMATCH.
  granted(await send(one, session, 'ConfirmStage', { stage: 'STORY_CONCEPTION' }))
})

it('a key that another replica has seen wins over the rules, and over what is remembered', async () => {
  const session = await remembered()
  const key = { idempotencyKey: randomUUID() }
  const first = granted(await send(other, session, 'ConfirmStage', {}, key))
  expect(await send(one, session, 'ConfirmStage', {}, key)).toEqual({
    ...first,
    eventId: undefined,
    replayed: true,
  })
  expect(await send(one, session, 'SubmitFeedback', {}, key)).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  expect(await fixture.rows.session(session)).toMatchObject({ version: 3 })
})

it('only so many are remembered, those used last', () => {
  const sessions = new RememberedSessions(2)
  const session = (sessionId: string) => ({ sessionId, owner: 'owner' }) as never
  for (const id of ['a', 'b']) sessions.remember(session(id))
  sessions.recall('a', 'owner')
  sessions.remember(session('c'))
  expect(['a', 'b', 'c'].filter((id) => sessions.recall(id, 'owner'))).toEqual(['a', 'c'])
  expect(sessions.recall('A', 'stranger')).toBeUndefined()
  sessions.forget('A')
  expect(sessions.recall('a', 'owner')).toBeUndefined()
})
