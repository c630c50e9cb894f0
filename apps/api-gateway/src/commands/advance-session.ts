/** Moves the session to its new state and the head of its chain to the last of the new events. */
import type { EventEnvelope } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { GenesisSession } from '../genesis/session'
import type { ChainHead } from './event-chain'
import type { Transaction } from './unit-of-work'

// The version fences: whoever decided on an older state updates no row. At REPEATABLE READ a concurrent writer
// is a 40001 before that. Confirmed data is merged here, so that no command has to read it.
const update = statement<{ version: number }>(
  'advance-session',
  `UPDATE genesis_sessions
      SET version = ?::int, last_event_id = ?::uuid, status = ?::text, current_stage = ?::text,
          confirmed_data = CASE WHEN ?::jsonb = '{}' THEN confirmed_data ELSE confirmed_data || ?::jsonb END,
          updated_at = clock_timestamp()
    WHERE id = ?::uuid AND version = ?::int
RETURNING version`,
)

/**
 * Writes the session's new state, and locks its row until the transaction ends.
 * @throws when the session is not at the version that was decided on: the fence held, nothing may be written.
 */
export async function advanceSession(
  tx: Transaction,
  head: ChainHead,
  next: Pick<GenesisSession, 'status' | 'currentStage' | 'confirmedData'>,
  envelopes: readonly EventEnvelope[],
): Promise<void> {
  const last = envelopes.at(-1)
  if (!last) throw new Error('a session advances by events')
  const confirmed = JSON.stringify(next.confirmedData)
  const rows = await update(tx, [
    last.aggregate_version,
    last.event_id,
    next.status,
    next.currentStage,
    confirmed,
    confirmed,
    head.sessionId,
    head.version,
  ])
  if (rows.length !== 1) throw new Error(`session ${head.sessionId} is not at version ${head.version}`)
}
