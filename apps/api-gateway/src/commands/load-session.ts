/** Reads a session as a command needs it: its state, the head of its chain, and the tasks that are open. */
import type { GenesisStageOrFinished, SessionStatus, TaskType } from '@infinite-scribe/shared-types'
import { OPEN_TASK, UNFINISHED_COMMAND } from '../database/status-lists'
import { statement } from '../database/statement'
import type { GenesisSession } from '../genesis/session'
import type { ChainHead } from './event-chain'
import { GATE_IS_OPEN, GateClosedError } from './session-gate'
import type { Transaction } from './unit-of-work'

export interface LoadedSession extends ChainHead {
  readonly state: GenesisSession
}

interface Row {
  id: string
  status: SessionStatus
  current_stage: GenesisStageOrFinished
  version: number
  last_event_id: string | null
  gate_is_open: boolean
  open_tasks: { task_id: string; command_id: string; task_type: TaskType }[]
}

// Open tasks are found through the few pending commands, not through all the tasks the session ever had.
const select = statement<Row>(
  'load-session',
  `SELECT s.id, s.status, s.current_stage, s.version, s.last_event_id, ${GATE_IS_OPEN('s.id')} AS gate_is_open,
          coalesce((SELECT jsonb_agg(jsonb_build_object('task_id', t.id, 'command_id', c.id, 'task_type', t.task_type)
                                     ORDER BY t.created_at, t.id)
                      FROM command_inbox c
                      JOIN async_tasks t ON t.triggered_by_command_id = c.id
                     WHERE c.session_id = s.id
                       AND c.status IN ${UNFINISHED_COMMAND}
                       AND t.status IN ${OPEN_TASK}), '[]') AS open_tasks
     FROM genesis_sessions s
    WHERE s.id = ?::uuid AND s.user_id = ?::text`,
)

/**
 * The session, when it is there and belongs to `owner`; its row is not locked, the fence of the update decides.
 * @throws {GateClosedError} while another replica has the session for itself; the unit of work tries again.
 */
export async function loadSession(
  tx: Transaction,
  sessionId: string,
  owner: string,
): Promise<LoadedSession | undefined> {
  const [row] = await select(tx, [sessionId, owner])
  if (!row) return undefined
  if (!row.gate_is_open) throw new GateClosedError()
  return {
    sessionId: row.id,
    owner,
    version: row.version,
    lastEventId: row.last_event_id,
    state: {
      status: row.status,
      currentStage: row.current_stage,
      confirmedData: {},
      openTasks: row.open_tasks.map((task) => ({
        taskId: task.task_id,
        commandId: task.command_id,
        taskType: task.task_type,
      })),
    },
  }
}
