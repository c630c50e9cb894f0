/** Commands that nobody finishes: when their clock runs, and that they are failed once. */
import type { Logger } from '@infinite-scribe/service-kit'
import { eventually } from '@infinite-scribe/testing'
import { UnitOfWork } from '../commands/unit-of-work'
import { connectDatabase } from '../database/connect'
import { openTcpProxy } from '../database/tcp-proxy.test'
import { commandCatalog } from '../genesis/command-catalog'
import {
  AGENT,
  expectOneChain,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  snapshotOf,
  type Fixture,
} from '../service-fixture.test'
import { findOverdueTasks } from './find-overdue-tasks'
import type { TaskService } from './task-service'
import { TimeOuts } from './time-outs'

const TIMEOUT = 60

let fixture: Fixture
let unitOfWork: UnitOfWork
let knex: ReturnType<typeof connectDatabase>
beforeAll(async () => {
  fixture = await openFixture({ commandTimeoutSeconds: TIMEOUT })
  knex = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 2 }, () => undefined)
  unitOfWork = new UnitOfWork(knex)
})
afterAll(async () => {
  await knex.destroy()
  await fixture.close()
})

/** A pending task that was asked for, and last reported on, `age` seconds ago. */
async function taskOfAge(age: number) {
  const session = await openSession(fixture.services)
  const ids = await requestConcepts(fixture.services, session)
  await reported(ids.taskId, age)
  const { rows } = await fixture.sql.query<{ id: string }>(
    'SELECT request_event_id AS id FROM async_tasks WHERE id = $1',
    [ids.taskId],
  )
  return { session, ...ids, outboxId: rows[0]!.id }
}

const reported = (taskId: string, secondsAgo: number) =>
  fixture.sql.query(
    'UPDATE async_tasks SET updated_at = now() - make_interval(secs => $2), created_at = least(created_at, now() - make_interval(secs => $2)) WHERE id = $1',
    [taskId, secondsAgo],
  )

const outbox = (id: string, assignments: string) =>
  fixture.sql.query(`UPDATE event_outbox SET ${assignments} WHERE id = $1`, [id])

const { taskTypes } = commandCatalog
const overdue = async () => {
  const found = await findOverdueTasks(knex, { taskTypes, timeoutSeconds: TIMEOUT, except: [], limit: 1_000 })
  return found.map(({ id }) => id)
}
const timeOut = (taskId: string) => (fixture.services.tasks as TaskService).timeOut(taskId)

const AGO = (seconds: number) => `now() - interval '${seconds} s'`

describe('the clock', () => {
  it.each([
    ['runs from the arrival on Kafka', `status = 'SENT', sent_at = ${AGO(61)}`, true],
    ['has not run out since the arrival', `status = 'SENT', sent_at = ${AGO(59)}`, false],
    ['does not run while the event is PENDING', `status = 'PENDING'`, false],
    [
      'does not run while an outage holds the event',
      `status = 'FAILED', will_retry = true, failed_at = ${AGO(999)}`,
      false,
    ],
    [
      'runs from the last attempt of an event that failed by its own fault',
      `status = 'FAILED', failed_at = ${AGO(61)}`,
      true,
    ],
    ['has not run out since that attempt', `status = 'FAILED', failed_at = ${AGO(59)}`, false],
    [
      'runs from the beginning where nobody says when the event failed',
      `status = 'FAILED', created_at = ${AGO(61)}`,
      true,
    ],
    [
      "is the database's own, whatever the relay's clock said",
      `status = 'FAILED', failed_at = ${AGO(61)}, last_error = '{"attempts": ["2999-01-01T00:00:00Z"]}'`,
      true,
    ],
  ])('%s', async (_, assignments, expected) => {
    const { taskId, outboxId } = await taskOfAge(1_000)
    await outbox(outboxId, assignments)
    expect((await overdue()).includes(taskId)).toBe(expected)
    expect(await timeOut(taskId)).toBe(expected)
  })

  it('goes on when the SENT row was cleaned away', async () => {
    const late = await taskOfAge(1_000)
    const inTime = await taskOfAge(1_000)
    await outbox(late.outboxId, `status = 'SENT', sent_at = ${AGO(61)}`)
    await outbox(inTime.outboxId, `status = 'SENT', sent_at = ${AGO(50)}`)
    await fixture.sql.query(`DELETE FROM event_outbox WHERE status = 'SENT'`)
    const due = await overdue()
    expect(due).toContain(late.taskId)
    expect(due).not.toContain(inTime.taskId)
  })

  it('runs from the task’s own beginning when the row was removed by hand', async () => {
    const { taskId, outboxId } = await taskOfAge(61)
    await fixture.sql.query('DELETE FROM event_outbox WHERE id = $1', [outboxId])
    expect(await overdue()).toContain(taskId)
  })

  it('starts again with every report', async () => {
    const { taskId, outboxId } = await taskOfAge(1_000)
    await outbox(outboxId, `status = 'SENT', sent_at = ${AGO(999)}`)
    granted(await fixture.services.tasks.progress(AGENT, taskId, { progress: 1 }))
    expect(await overdue()).not.toContain(taskId)
    await reported(taskId, 61)
    expect(await overdue()).toContain(taskId)
  })
})

describe('a command that times out', () => {
  async function overdueTask() {
    const task = await taskOfAge(1_000)
    await outbox(task.outboxId, `status = 'SENT', sent_at = ${AGO(61)}`)
    return task
  }

  it('is FAILED with its task and one event that says so', async () => {
    const { session, taskId, commandId } = await overdueTask()
    expect(await timeOut(taskId)).toBe(true)
    const [task] = await fixture.rows.tasks(session)
    const [command] = await fixture.rows.inbox(session)
    const events = await fixture.rows.events(session)
    expect(task).toMatchObject({
      status: 'FAILED',
      error_data: { code: 'timed_out', message: expect.any(String) },
    })
    expect(command!.status).toBe('FAILED')
    expectOneChain(events)
    expect(events[2]).toMatchObject({
      event_type: 'Genesis.Session.ConceptGenerationFailed',
      correlation_id: commandId,
      payload: { task_id: taskId, reason: 'timed_out', error: { code: 'timed_out' } },
      metadata: { user_id: 'owner', actor: 'api-gateway', task_id: taskId },
    })
    const before = await snapshotOf(fixture.sql)
    expect(await timeOut(taskId)).toBe(false)
    expect(await fixture.services.tasks.complete(AGENT, taskId, { result: {} })).toMatchObject({
      code: 'TASK_ALREADY_ENDED',
      details: { status: 'FAILED' },
    })
    expect(await snapshotOf(fixture.sql)).toEqual(before)
  })

  it('has one end when every replica and an agent end it at once', async () => {
    const other = fixture.replica()
    for (let round = 0; round < 10; round++) {
      const { session, taskId } = await overdueTask()
      await Promise.all([
        timeOut(taskId),
        (other.tasks as TaskService).timeOut(taskId),
        other.tasks.complete(AGENT, taskId, { result: {} }),
        timeOut(taskId),
      ])
      const events = await fixture.rows.events(session)
      expectOneChain(events)
      expect(events).toHaveLength(3)
    }
  })

  it('is spared by a report that comes while it is being failed', async () => {
    const { session, taskId } = await overdueTask()
    const holder = await fixture.sql.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM command_inbox WHERE session_id = $1 FOR UPDATE', [session])
    const failing = timeOut(taskId)
    await eventually(
      async () =>
        (
          await holder.query(
            `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          )
        ).rowCount,
    )
    await holder.query(`UPDATE command_inbox SET status = 'PROCESSING' WHERE session_id = $1`, [session])
    await holder.query(`UPDATE async_tasks SET status = 'RUNNING', updated_at = now() WHERE id = $1`, [
      taskId,
    ])
    await holder.query('COMMIT')
    holder.release()
    expect(await failing).toBe(false)
    expect((await fixture.rows.tasks(session))[0]).toMatchObject({ status: 'RUNNING' })
  })
})

describe('the sweep', () => {
  it('fails what is overdue, in the background, until it is stopped', async () => {
    const replica = fixture.replica({}, { commandTimeoutSeconds: 1 })
    replica.start()
    const { session, taskId, outboxId } = await taskOfAge(0)
    await outbox(outboxId, `status = 'SENT', sent_at = now()`)
    const struck = await eventually(async () => {
      const [task] = await fixture.rows.tasks(session)
      return task!.status === 'FAILED' ? task : undefined
    })
    // How soon after that second, two-replicas.serial.test.ts tells, where nothing else runs.
    const { rows } = await fixture.sql.query<{ s: number }>(
      `SELECT extract(epoch FROM t.updated_at - o.sent_at)::float8 AS s
         FROM async_tasks t JOIN event_outbox o ON o.id = t.request_event_id WHERE t.id = $1`,
      [taskId],
    )
    expect(struck.error_data).toMatchObject({ code: 'timed_out' })
    expect(rows[0]!.s).toBeGreaterThanOrEqual(1)
    await replica.stop()
  })

  it('leaves those that only another version knows how to end to that one', async () => {
    const { taskId, outboxId } = await taskOfAge(1_000)
    await outbox(outboxId, `status = 'SENT', sent_at = ${AGO(99)}`)
    expect(await overdue()).toContain(taskId)
    await fixture.sql.query(`UPDATE async_tasks SET task_type = 'genesis.from_the_future' WHERE id = $1`, [
      taskId,
    ])
    expect(await overdue()).not.toContain(taskId)
  })

  it('names a task that it could not fail, and its command', async () => {
    await endAll()
    const { taskId, commandId, outboxId } = await taskOfAge(1_000)
    await outbox(outboxId, `status = 'SENT', sent_at = ${AGO(99)}`)
    await fixture.sql.query(`
      CREATE FUNCTION keep_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept open'; END $$;
      CREATE TRIGGER keep_open BEFORE UPDATE ON async_tasks FOR EACH ROW EXECUTE FUNCTION keep_open()`)
    const told: unknown[] = []
    const replica = fixture.replica({
      logger: { warn: (...line: unknown[]) => told.push(line) } as unknown as Logger,
    })
    replica.start()
    await eventually(() => told.length > 0)
    await replica.stop()
    await fixture.sql.query('DROP TRIGGER keep_open ON async_tasks')
    expect(told).toEqual([
      [
        'overdue commands could not be failed',
        {
          task_id: taskId,
          command_id: commandId,
          error: expect.objectContaining({ message: expect.stringMatching(/kept open$/) }),
        },
      ],
    ])
    await timeOut(taskId)
  })

  it('lets one that cannot be failed not hold up the others, and says so', async () => {
    const failedTasks: string[] = []
    const ids = [await taskOfAge(1_000), await taskOfAge(1_000), await taskOfAge(1_000)].map((task) => task)
    for (const { outboxId } of ids) await outbox(outboxId, `status = 'SENT', sent_at = ${AGO(99)}`)
    const sweep = sweeping((id) => {
      if (id === ids[0]!.taskId) return Promise.reject(new Error('locked'))
      failedTasks.push(id)
      return Promise.resolve(true)
    })
    await expect(sweep.sweep()).rejects.toMatchObject({ cause: { message: 'locked' } })
    expect(failedTasks).toEqual(expect.arrayContaining([ids[1]!.taskId, ids[2]!.taskId]))
  })

  it('goes on without those that wait for a lock, takes them last the next time, and stops when they ended', async () => {
    // The longest silent of all, and one more than is left behind.
    const [locked, other] = [await overdueTasks(3, 9_000), await overdueTasks(1, 8_000)]
    const turns: string[] = []
    const releases: (() => void)[] = []
    const sweep = sweeping((id) => {
      turns.push(id)
      if (!locked.includes(id)) return Promise.resolve(true)
      return new Promise((_resolve, reject) => releases.push(() => reject(new Error('locked'))))
    })
    const first = sweep.sweep()
    await eventually(() => turns.includes(other[0]!))
    expect(turns.slice(0, 3).sort()).toEqual([...locked].sort())
    releases.splice(0).forEach((release) => release())
    await expect(first).rejects.toMatchObject({ cause: { message: 'locked' } })
    turns.length = 0
    const second = sweep.sweep()
    await eventually(() => releases.length === 3)
    expect(turns.slice(-3).sort()).toEqual([...locked].sort())
    let stopped = false
    const stopping = sweep.stop().then(() => (stopped = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(stopped).toBe(false)
    releases.forEach((release) => release())
    await expect(second).rejects.toMatchObject({ cause: { message: 'locked' } })
    await stopping
    await endAll()
  })

  it('takes all that are due together, however many, without a pause', async () => {
    const ids = await overdueTasks(450, 5_000)
    const turns = new Set<string>()
    const sweep = sweeping(async (id) => {
      turns.add(id)
      await reported(id, 0)
      return true
    })
    await sweep.sweep()
    expect(ids.filter((id) => !turns.has(id))).toEqual([])
    await endAll()
  })

  /** Sweeps as nobody else does: each task's end is what `timeOut` makes of it. */
  const sweeping = (timeOut: TaskService['timeOut']) =>
    new TimeOuts({
      unitOfWork,
      taskTypes,
      commandTimeoutSeconds: TIMEOUT,
      sweepIntervalMs: 1,
      timedOut: () => undefined,
      swept: () => undefined,
      failed: () => undefined,
      recovered: () => undefined,
      tasks: { timeOut },
    })

  /** Tasks without an event, whose own age counts. */
  async function overdueTasks(count: number, age: number): Promise<string[]> {
    const { rows } = await fixture.sql.query<{ id: string }>(
      `WITH session AS (
         INSERT INTO genesis_sessions (id, user_id)
         SELECT gen_random_uuid(), 'owner' FROM generate_series(1, $1::int) RETURNING id),
       command AS (
         INSERT INTO command_inbox (id, session_id, command_type, idempotency_key, payload, status)
         SELECT gen_random_uuid(), id, 'RequestConceptGeneration', id::text, '{}', 'RECEIVED' FROM session
         RETURNING id, session_id)
       INSERT INTO async_tasks (session_id, task_type, triggered_by_command_id, request_event_id, created_at, updated_at)
       SELECT session_id, 'genesis.concept_generation', id, gen_random_uuid(), at, at
         FROM command, (SELECT now() - make_interval(secs => $2::float8) AS at) AS moment
       RETURNING id`,
      [count, age],
    )
    return rows.map(({ id }) => id)
  }

  const endAll = () => fixture.sql.query(`UPDATE async_tasks SET updated_at = now() WHERE updated_at < now()`)

  it('tries again after a fault, and says when it began and when it was over', async () => {
    const proxy = await openTcpProxy(fixture.url)
    const through = connectDatabase({ databaseUrl: proxy.url, databasePoolMax: 1 }, () => undefined)
    const told: string[] = []
    let sweeps = 0
    const sweep = new TimeOuts({
      unitOfWork: Object.assign(new UnitOfWork(through), {
        readOne: (work: (db: typeof through) => Promise<unknown>) => {
          sweeps++
          return UnitOfWork.prototype.readOne.call(new UnitOfWork(through), work as never)
        },
      }),
      taskTypes,
      commandTimeoutSeconds: 1e6,
      sweepIntervalMs: 1,
      timedOut: () => undefined,
      swept: () => undefined,
      failed: () => told.push('failed'),
      recovered: () => told.push('recovered'),
      tasks: { timeOut: () => Promise.resolve(true) },
    })
    sweep.start()
    const more = async () => {
      const from = sweeps
      await eventually(() => sweeps > from + 2)
    }
    await more()
    expect(told).toEqual([])
    proxy.decide = () => 'cut before'
    await more()
    expect(told).toEqual(['failed'])
    proxy.decide = () => 'pass'
    await eventually(() => told.length > 1)
    await more()
    expect(told).toEqual(['failed', 'recovered'])
    await sweep.stop()
    await through.destroy()
    await proxy.close()
  })
})
