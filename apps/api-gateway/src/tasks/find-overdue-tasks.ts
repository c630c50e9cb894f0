/** Finds the open tasks that nobody finished in time, by the database's clock. */
import type { TaskStatus, TaskType } from '@infinite-scribe/shared-types'
import type { Transaction } from '../commands/unit-of-work'
import { OPEN_TASK } from '../database/status-lists'
import { statement, type Queryable } from '../database/statement'

// The clock runs from the last of: the last report, and the moment the agents could know of the task, which is its
// event's arrival on Kafka, or the moment the event was given up for its own fault. While the event is PENDING, or
// FAILED by an outage, there is no such moment. A row that is gone unsent tells nothing: then the task's own age counts.
const OVERDUE = `t.status IN ${OPEN_TASK}
      AND t.updated_at <= now() - make_interval(secs => ?::float8)
      AND CASE
            WHEN o.id IS NULL THEN coalesce(d.sent_at, t.created_at)
            WHEN o.status = 'SENT' THEN coalesce(o.sent_at, o.created_at)
            WHEN o.status = 'FAILED' AND NOT o.will_retry THEN coalesce(o.failed_at, o.created_at)
          END <= now() - make_interval(secs => ?::float8)`

const FROM = `async_tasks t
     LEFT JOIN event_outbox o ON o.id = t.request_event_id
     LEFT JOIN outbox_deliveries d ON d.outbox_id = t.request_event_id AND o.id IS NULL`

// The index on the open tasks' updated_at finds the few that may be due.
const select = statement<OverdueRow>(
  'find-overdue-tasks',
  `SELECT t.id, t.triggered_by_command_id AS command_id, t.session_id, t.task_type, t.status,
          extract(epoch FROM now() - t.created_at)::float8 AS open_seconds
     FROM ${FROM} WHERE ${OVERDUE} AND t.task_type = ANY (?::text[])
      AND t.id <> ALL (?::uuid[]) ORDER BY t.updated_at LIMIT ?::int`,
)

const selectOne = statement<{ id: string }>(
  'is-overdue',
  `SELECT t.id FROM ${FROM} WHERE ${OVERDUE} AND t.id = ?::uuid`,
)

export interface WhichOverdueTasks {
  readonly taskTypes: readonly TaskType[]
  readonly timeoutSeconds: number
  /** Ids that are not asked for. */
  readonly except: readonly string[]
  readonly limit: number
}

export interface OverdueTask {
  readonly id: string
  readonly commandId: string
  readonly sessionId: string
  readonly taskType: TaskType
  /** Whether an agent ever reported on it. */
  readonly takenUp: boolean
  /** Since it was asked for. */
  readonly openSeconds: number
}

interface OverdueRow {
  id: string
  command_id: string
  session_id: string
  task_type: TaskType
  status: TaskStatus
  open_seconds: number
}

/** At most `limit` overdue tasks of these types, the longest silent first. */
export async function findOverdueTasks(db: Queryable, which: WhichOverdueTasks): Promise<OverdueTask[]> {
  const { taskTypes, timeoutSeconds, except, limit } = which
  const rows = await select(db, [timeoutSeconds, timeoutSeconds, taskTypes, except, limit])
  return rows.map((row) => ({
    id: row.id,
    commandId: row.command_id,
    sessionId: row.session_id,
    taskType: row.task_type,
    takenUp: row.status === 'RUNNING',
    openSeconds: row.open_seconds,
  }))
}

/** Whether this task is overdue in the transaction's snapshot; a later report makes its update a 40001. */
export async function isOverdue(tx: Transaction, taskId: string, timeoutSeconds: number): Promise<boolean> {
  const rows = await selectOne(tx, [timeoutSeconds, timeoutSeconds, taskId])
  return rows.length > 0
}
