/** Reads a page of a user's sessions, the newest first. */
import type { GenesisStageOrFinished, SessionStatus } from '@infinite-scribe/shared-types'
import { statement, type Queryable } from '../database/statement'
import type { SessionView } from '../ports'
import { writeCursor, type ListCursor } from './list-cursor'

interface Row {
  id: string
  novel_id: string | null
  status: SessionStatus
  current_stage: GenesisStageOrFinished
  version: number
  created_at: Date
  updated_at: Date
  position: string
}

const COLUMNS = `id, novel_id, status, current_stage, version, created_at, updated_at,
          to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`

const selectFirst = statement<Row>(
  'list-sessions',
  `SELECT ${COLUMNS} FROM genesis_sessions
    WHERE user_id = ?::text AND (?::text IS NULL OR status = ?::text)
    ORDER BY created_at DESC, id DESC LIMIT ?::int`,
)

const selectAfter = statement<Row>(
  'list-sessions-after',
  `SELECT ${COLUMNS} FROM genesis_sessions
    WHERE user_id = ?::text AND (?::text IS NULL OR status = ?::text)
      AND (created_at, id) < (?::timestamptz, ?::uuid)
    ORDER BY created_at DESC, id DESC LIMIT ?::int`,
)

/** At most `limit` sessions, and the position after the last where there are more. */
export async function listSessions(
  db: Queryable,
  owner: string,
  page: { status?: SessionStatus; after?: ListCursor | undefined; limit: number },
): Promise<{ sessions: SessionView[]; next_after: string | null }> {
  const status = page.status ?? null
  const oneMore = page.limit + 1
  const rows = page.after
    ? await selectAfter(db, [owner, status, status, page.after.createdAt, page.after.id, oneMore])
    : await selectFirst(db, [owner, status, status, oneMore])
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return {
    sessions: shown.map((row) => ({
      session_id: row.id,
      novel_id: row.novel_id,
      status: row.status,
      current_stage: row.current_stage,
      version: row.version,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    })),
    next_after:
      rows.length > page.limit && last ? writeCursor({ createdAt: last.position, id: last.id }) : null,
  }
}
