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
    examples:
      examples[finding]
        .slice(0, EXAMPLES)
        .map((event) => named(event, report.outbox_ids[event] ?? []))
        .join(' ') || undefined,
  }))
  return [
    table(findings, { widest: Infinity, room: columns }),
    `${window.records} records, ${window.from ?? 'none'} to ${window.to ?? 'none'}`,
    ...(others > 0 ? [`${counted(others, 'row')} for other topics, compared with nothing`] : []),
  ].join('\n')
}

/** The row's own id beside the event's where they differ: the gateway's rows have the event's. */
function named(event: string, rows: readonly string[]): string {
  const name = event === '' ? '""' : event
  const others = rows.filter((id) => id !== event)
  return others.length === 0 ? name : `${name} (outbox id ${others.join(', ')})`
}
