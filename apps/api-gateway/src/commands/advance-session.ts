/** Moves sessions to their new state and the head of their chain to the last of the new events. */
import type { EventEnvelope } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { GenesisSession } from '../genesis/session'
import type { ChainHead } from './event-chain'
import type { Transaction } from './unit-of-work'

/**
 * The UPDATE of sessions, which locks their rows until the transaction ends; it returns the ids of those it moved.
 * @param next a relation with the columns of {@link NextSession}; in its order the rows are locked
 */
// The version fences: whoever decided on an older state updates no row. At REPEATABLE READ a concurrent writer
// is a 40001 before that. Confirmed data is merged here, so that no command has to read it.
export const ADVANCE_SESSIONS = (next: string) => `
  UPDATE genesis_sessions
     SET version = next.version, last_event_id = next.last_event_id, status = next.status,
         current_stage = next.current_stage,
         confirmed_data = CASE WHEN next.confirmed_data = '{}' THEN genesis_sessions.confirmed_data
                               ELSE genesis_sessions.confirmed_data || next.confirmed_data END,
         updated_at = clock_timestamp()
    FROM ${next} next
   WHERE genesis_sessions.id = next.session_id AND genesis_sessions.version = next.seen_version
  RETURNING genesis_sessions.id AS session_id`

/** The columns that say where a session goes, and their types. */
export const NEXT_SESSION = `
  session_id uuid, seen_version int, version int, last_event_id uuid, status text, current_stage text,
  confirmed_data jsonb`

/** Where a session goes. */
export interface NextSession {
  readonly session_id: string
  /** The version that was decided on. */
  readonly seen_version: number
  readonly version: number
  readonly last_event_id: string
  readonly status: GenesisSession['status']
  readonly current_stage: GenesisSession['currentStage']
  /** What is new in it. */
  readonly confirmed_data: GenesisSession['confirmedData']
}

/** The row that {@link ADVANCE_SESSIONS} takes. */
export function nextSession(
  head: ChainHead,
  next: Pick<GenesisSession, 'status' | 'currentStage' | 'confirmedData'>,
  envelopes: readonly EventEnvelope[],
): NextSession {
  const last = envelopes.at(-1)
  if (!last) throw new Error('a session advances by events')
  return {
    session_id: head.sessionId,
    seen_version: head.version,
    version: last.aggregate_version,
    last_event_id: last.event_id,
    status: next.status,
    current_stage: next.currentStage,
    confirmed_data: next.confirmedData,
  }
}

const advance = statement(
  'advance-session',
  ADVANCE_SESSIONS(`(SELECT * FROM jsonb_to_record(?::jsonb) AS session (${NEXT_SESSION}))`),
)

/**
 * Writes one session's new state.
 * @throws when the session is not at the version that was decided on: the fence held, nothing may be written.
 */
export async function advanceSession(
  tx: Transaction,
  head: ChainHead,
  next: Pick<GenesisSession, 'status' | 'currentStage' | 'confirmedData'>,
  envelopes: readonly EventEnvelope[],
): Promise<void> {
  const rows = await advance(tx, [JSON.stringify(nextSession(head, next, envelopes))])
  if (rows.length !== 1) throw new Error(`session ${head.sessionId} is not at version ${head.version}`)
}
