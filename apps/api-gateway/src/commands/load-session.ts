/** Reads a session as a command needs it: its state, the head of its chain, and the tasks that are open. */
import type { GenesisStageOrFinished, SessionStatus, TaskType } from '@infinite-scribe/shared-types'
import { OPEN_TASK, UNFINISHED_COMMAND } from '../database/status-lists'
import { statement, type Queryable } from '../database/statement'
import type { GenesisSession } from '../genesis/session'
import type { ChainHead } from './event-chain'
import { GATE_IS_OPEN, GateClosedError } from './session-gate'

export interface LoadedSession extends ChainHead {
  readonly state: GenesisSession
}

/** A session by its id, and whose it must be. */
export interface OwnedSession {
  readonly sessionId: string
  readonly owner: string
}

/** What a read found: undefined when it is not there or somebody else's, `gate closed` while another replica has it for itself. */
export type SessionRead = LoadedSession | 'gate closed' | undefined

interface Row {
  position: number
  id: string
  status: SessionStatus
  current_stage: GenesisStageOrFinished
  version: number
  last_event_id: string | null
  gate_is_open: boolean
  open_tasks: { task_id: string; command_id: string; task_type: TaskType }[]
}

// LIMIT: a plan that was made while the table was small would read it whole. Open tasks are found through the few
// pending commands, not through all the tasks the session ever had.
const select = statement<Row>(
  'load-sessions',
  `SELECT position::int, s.id, s.status, s.current_stage, s.version, s.last_event_id,
          ${GATE_IS_OPEN('s.id')} AS gate_is_open,
          coalesce((SELECT jsonb_agg(jsonb_build_object('task_id', t.id, 'command_id', c.id, 'task_type', t.task_type)
                                     ORDER BY t.created_at, t.id)
                      FROM command_inbox c
                      JOIN async_tasks t ON t.triggered_by_command_id = c.id
                     WHERE c.session_id = s.id
                       AND c.status IN ${UNFINISHED_COMMAND}
                       AND t.status IN ${OPEN_TASK}), '[]') AS open_tasks
     FROM unnest(?::uuid[], ?::text[]) WITH ORDINALITY AS asked (session_id, owner, position),
          LATERAL (SELECT id, status, current_stage, version, last_event_id FROM genesis_sessions
                    WHERE id = asked.session_id AND user_id = asked.owner LIMIT 1) s`,
)

/** The sessions, each at the place where it was asked for. Rows are not locked, the fence of the update decides. */
export async function loadSessions(db: Queryable, asked: readonly OwnedSession[]): Promise<SessionRead[]> {
  const rows = await select(db, [asked.map(({ sessionId }) => sessionId), asked.map(({ owner }) => owner)])
  const found = new Map(rows.map((row) => [row.position, row]))
  return asked.map(({ owner }, at) => {
    const row = found.get(at + 1)
    return row && (row.gate_is_open ? sessionOf(row, owner) : 'gate closed')
  })
}

/**
 * The session, when it is there and belongs to `owner`.
 * @throws {GateClosedError} while another replica has the session for itself; the unit of work tries again.
 */
export async function loadSession(
  db: Queryable,
  sessionId: string,
  owner: string,
): Promise<LoadedSession | undefined> {
  const [session] = await loadSessions(db, [{ sessionId, owner }])
  return throughOpenGate(session)
}

/** What was read, as the unit of work wants it. @throws {GateClosedError} when the gate was closed. */
export function throughOpenGate(session: SessionRead): LoadedSession | undefined {
  if (session === 'gate closed') throw new GateClosedError()
  return session
}

function sessionOf(row: Row, owner: string): LoadedSession {
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
