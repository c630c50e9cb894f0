/** The opaque position in a user's list of sessions. */

export interface ListCursor {
  /** PostgreSQL's own text of the moment, in UTC with microseconds. */
  readonly createdAt: string
  readonly id: string
}

const CURSOR =
  /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/

export function writeCursor({ createdAt, id }: ListCursor): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url')
}

/** The position; undefined for what {@link writeCursor} never wrote. */
export function readCursor(text: string): ListCursor | undefined {
  const match = CURSOR.exec(Buffer.from(text, 'base64url').toString())
  if (!match || !isMoment(match[1] ?? '')) return undefined
  const cursor = { createdAt: match[1] ?? '', id: match[2] ?? '' }
  return writeCursor(cursor) === text ? cursor : undefined
}

// Date.parse takes 30 February for 2 March, and PostgreSQL has neither that day nor a year 0.
function isMoment(text: string): boolean {
  const time = Date.parse(text)
  if (Number.isNaN(time) || text.startsWith('0000')) return false
  return new Date(time).toISOString().slice(0, SECONDS) === text.slice(0, SECONDS)
}

const SECONDS = 'yyyy-mm-ddThh:mm:ss'.length
