/** Reads what a page needs after a reload. */
import type {
  GenesisStageOrFinished,
  JsonObject,
  SessionStatus,
  TaskStatus,
} from '@infinite-scribe/shared-types'
import type { Transaction } from '../commands/unit-of-work'
import { OPEN_TASK, UNFINISHED_COMMAND } from '../database/status-lists'
import { statement } from '../database/statement'
import type { SessionState } from '../ports'
import { sessionPosition } from '../stream/session-position'

interface SessionRow {
  id: string
  status: SessionStatus
  current_stage: GenesisStageOrFinished
  version: number
  confirmed_data: JsonObject
}

interface PendingRow {
  command_id: string
  command_type: string
  task_id: string
  progress: string
}

interface EndedRow {
  command_id: string
  task_id: string
  status: TaskStatus
  result_data: JsonObject | null
  error_data: JsonObject | null
}

const selectSession = statement<SessionRow>(
  'state-session',
  `SELECT id, status, current_stage, version, confirmed_data
     FROM genesis_sessions WHERE id = ?::uuid AND user_id = ?::text`,
)

const selectPending = statement<PendingRow>(
  'state-pending',
  `SELECT c.id AS command_id, c.command_type, t.id AS task_id, t.progress
     FROM command_inbox c
     JOIN async_tasks t ON t.triggered_by_command_id = c.id
    WHERE c.session_id = ?::uuid AND c.status IN ${UNFINISHED_COMMAND}
    ORDER BY c.created_at, c.id`,
)

const selectLastEnded = statement<EndedRow>(
  'state-last-ended',
  `SELECT triggered_by_command_id AS command_id, id AS task_id, status, result_data, error_data
     FROM async_tasks
    WHERE session_id = ?::uuid AND status NOT IN ${OPEN_TASK}
    ORDER BY updated_at DESC, id DESC LIMIT 1`,
)

/** The state; undefined when there is no such session of `owner`. `tx` must show one snapshot. */
export async function readState(
  tx: Transaction,
  sessionId: string,
  owner: string,
): Promise<SessionState | undefined> {
  const [session] = await selectSession(tx, [sessionId, owner])
  if (!session) return undefined
  const pending = await selectPending(tx, [session.id])
  const [ended] = await selectLastEnded(tx, [session.id])
  return {
    session_id: session.id,
    status: session.status,
    current_stage: session.current_stage,
    version: session.version,
    confirmed_data: session.confirmed_data,
    is_pending: pending.length > 0,
    pending_command_type: pending[0]?.command_type ?? null,
    pending: pending.map(({ command_id, command_type, task_id, progress }) => ({
      command_id,
      command_type,
      task_id,
      progress: Number(progress),
    })),
    last_result: ended
      ? {
          command_id: ended.command_id,
          task_id: ended.task_id,
          status: ended.status,
          ...(ended.result_data ? { result: ended.result_data } : {}),
          ...(ended.error_data ? { error: ended.error_data } : {}),
        }
      : null,
    stream_position: sessionPosition(session.id, session.version),
  }
}
