/** What `verify` prints for people. */
import { counted } from './options'
import { table } from './table'
import { FINDING_NAMES } from './verify-queries'
import type { VerifyReport } from './verify'

/** So many of each finding are named. */
const EXAMPLES = 3

/** @param columns characters in a line */
export function verifyText(report: VerifyReport, columns: number): string {
  const { window, examples, other_topics: others } = report
  const findings = FINDING_NAMES.map((finding) => ({
    finding,
    count: report[finding],
    examples: exampleText(
      examples[finding].slice(0, EXAMPLES).map((event) => named(event, report.outbox_ids[event] ?? [])),
      report.events[finding],
    ),
  }))
  return [
    table(findings, { widest: Infinity, room: columns }),
    `${window.records} records, ${window.from ?? 'none'} to ${window.to ?? 'none'}`,
    ...(others > 0 ? [`${counted(others, 'row')} for other topics, compared with nothing`] : []),
  ].join('\n')
}

function exampleText(names: readonly string[], events: number): string | undefined {
  if (names.length === 0) return undefined
  return names.join(' ') + (events > names.length ? ` and ${events - names.length} more` : '')
}

/** With the ids of its rows, unless there is one that has the event's: a row of the gateway's. */
function named(event: string, rows: readonly string[]): string {
  const name = event === '' ? '""' : event
  if (rows.every((id) => id === event)) return name
  return `${name} (outbox id${rows.length === 1 ? '' : 's'} ${rows.join(', ')})`
}
