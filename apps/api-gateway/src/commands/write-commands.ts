/** Writes all that commands of different sessions decided, in one statement that is a whole transaction. */
import {
  checkEnvelope,
  type CommandStatus,
  type EventEnvelope,
  type JsonObject,
} from '@infinite-scribe/shared-types'
import { statement, type Queryable } from '../database/statement'
import type { OpenTask } from '../genesis/task'
import type { GenesisSession } from '../genesis/session'
import { ADVANCE_SESSIONS, NEXT_SESSION, nextSession } from './advance-session'
import { APPEND_EVENTS } from './append-events'
import { CANCEL_TASKS } from './cancel-tasks'
import { CLOSE_COMMANDS } from './close-commands'
import { CREATE_TASKS } from './create-task'
import type { LoadedSession } from './load-session'
import { RECORD_COMMANDS } from './record-command'
import { SAVE_TO_OUTBOX } from './save-to-outbox'
import { GATE_IS_OPEN } from './session-gate'

/** A command that was decided, and what is to be written of it. */
export interface DecidedCommand {
  readonly commandId: string
  readonly commandType: string
  readonly idempotencyKey: string
  readonly payload: JsonObject
  readonly status: CommandStatus
  /** The session that was decided on: the fence. */
  readonly session: LoadedSession
  readonly next: GenesisSession
  /** At least one. */
  readonly envelopes: readonly EventEnvelope[]
  readonly topic: string
  readonly traceparent?: string
  /** The task that it asks for. */
  readonly task?: { readonly taskId: string; readonly taskType: string }
  /** Tasks that end with it, and why. */
  readonly cancelled: readonly OpenTask[]
  readonly cancelledBecause: JsonObject
}

/** More would wait too long for each other; the planner is told so too. */
export const MOST_AT_ONCE = 32

// Most commands cancel nothing, and then their statement must not look for the rows: a plan made while the tables were
// small reads them whole.
const ALL_CANCELLED = '(SELECT * FROM cancelled WHERE (SELECT count(*) FROM cancelled) > 0)'

// What depends on another's rows runs after it: inbox rows, session rows, tasks, events, outbox, as every transaction.
const write = statement<{ command_id: string }>(
  'write-commands',
  `WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', ?::text, true)),
   decided AS MATERIALIZED (
     SELECT decided.*, ${GATE_IS_OPEN('s.id')} AS gate_is_open
       FROM patience,
            (SELECT * FROM jsonb_to_recordset(?::jsonb) AS given (${NEXT_SESSION}, owner text, seen_status text,
               command_id uuid, command_type text, idempotency_key text, payload jsonb, command_status text,
               task_id uuid, task_type text, request_event_id uuid, cancelled jsonb, cancelled_because jsonb,
               envelopes jsonb, topic text, traceparent text) LIMIT ${MOST_AT_ONCE}) decided
       JOIN genesis_sessions s ON s.id = decided.session_id AND s.user_id = decided.owner
                              AND s.version = decided.seen_version AND s.status = decided.seen_status),
   recorded AS (${RECORD_COMMANDS('decided WHERE gate_is_open')}),
   cancelled AS MATERIALIZED (
     SELECT (task ->> 'taskId')::uuid AS task_id, (task ->> 'commandId')::uuid AS command_id,
            'FAILED' AS status, cancelled_because AS error, position
       FROM recorded JOIN decided USING (command_id),
            jsonb_array_elements(cancelled) WITH ORDINALITY AS ended (task, position)),
   closed AS (${CLOSE_COMMANDS(ALL_CANCELLED)} RETURNING id),
   advanced AS (${ADVANCE_SESSIONS(
     `(SELECT decided.* FROM recorded JOIN decided USING (command_id)
        WHERE (SELECT count(*) FROM closed) >= 0 ORDER BY session_id)`,
   )}),
   written AS MATERIALIZED (SELECT decided.* FROM advanced JOIN decided USING (session_id)),
   cancelled_tasks AS (${CANCEL_TASKS(ALL_CANCELLED)}),
   created_tasks AS (${CREATE_TASKS('written WHERE task_id IS NOT NULL')}),
   event AS MATERIALIZED (
     SELECT envelope, position, topic, session_id::text AS key, traceparent
       FROM written, jsonb_array_elements(envelopes) WITH ORDINALITY AS event (envelope, position)),
   appended AS (${APPEND_EVENTS('event')}),
   saved AS (${SAVE_TO_OUTBOX('event')})
   SELECT command_id FROM written`,
)

/**
 * Writes each command whose session is still what it was decided on, is not gated, and is nobody else's; all of
 * those or, when it throws, none. It is one statement at the connection's REPEATABLE READ, and so a transaction.
 * @param commands at most one of a session, at most {@link MOST_AT_ONCE}
 * @param lockWaitMs how long it may wait for another's lock; 0 for as long as a statement may take
 * @returns the ids of those that were written
 * @throws an error that satisfies {@link isDuplicateCommand} when one is a duplicate.
 * @throws {InvalidEnvelopeError} and {InvalidEventNameError} for what must not be written.
 */
export async function writeCommands(
  db: Queryable,
  commands: readonly DecidedCommand[],
  lockWaitMs: number,
): Promise<ReadonlySet<string>> {
  const rows = await write(db, [String(lockWaitMs), JSON.stringify(commands.map(rowOf))])
  return new Set(rows.map(({ command_id }) => command_id))
}

function rowOf(command: DecidedCommand) {
  const { session, envelopes, task } = command
  return {
    ...nextSession(session, command.next, envelopes),
    owner: session.owner,
    seen_status: session.state.status,
    command_id: command.commandId,
    command_type: command.commandType,
    idempotency_key: command.idempotencyKey,
    payload: command.payload,
    command_status: command.status,
    ...(task && { task_id: task.taskId, task_type: task.taskType, request_event_id: envelopes[0]?.event_id }),
    cancelled: command.cancelled,
    cancelled_because: command.cancelledBecause,
    envelopes: envelopes.map(checkEnvelope),
    topic: command.topic,
    traceparent: command.traceparent,
  }
}
