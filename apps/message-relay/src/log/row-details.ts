/** What the log says of a row: enough to find it by, however long its texts are. */
import type { ClaimedRow, DeadLetter } from '../pipeline/ports'
import { idsOf, type RowIds } from '../row-ids'

/** Any service may write what it likes into a row: a key of a megabyte is no line for a log. */
const LONGEST_TEXT = 200

export interface RowDetails extends RowIds {
  event_type: string | null
  topic: string
  key: string
}

/** The ids of `row`, its type, topic and key, each cut where it is long. */
export function rowDetails(row: ClaimedRow | DeadLetter): RowDetails {
  const details = { ...idsOf(row), event_type: row.eventType, topic: row.topic, key: row.key }
  const cut = Object.entries(details).map(([name, text]) => [name, text && cutText(text, LONGEST_TEXT)])
  return Object.fromEntries(cut) as RowDetails
}

/** The beginning of a `text` that is longer than `longest` characters, and how long all of it is. */
export function cutText(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text
}
