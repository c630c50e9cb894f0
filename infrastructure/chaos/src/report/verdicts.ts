/** Verdicts as text: what holds, and what does not with its rows. */
import type { Verdict } from '../invariants/check-invariants'

export function renderVerdicts(verdicts: readonly Verdict[]): string {
  return verdicts.map((verdict) => `${renderVerdict(verdict).join('\n')}\n`).join('')
}

/** One line, and for each violation its rows. */
export function renderVerdict({ id, title, judged, amongThem, violations }: Verdict): string[] {
  const state = violations.length === 0 ? 'holds ' : 'BROKEN'
  return [
    `${id.padEnd(4)}${state}  ${title} (judged: ${judgedInWords(judged, amongThem)})`,
    ...violations.flatMap(({ what, count, rows }) => [
      `      ${count} × ${what}`,
      ...rows.map((row) => `        ${JSON.stringify(row)}`),
    ]),
  ]
}

/** How many were judged, and how many of them were of which sort: `120, among them 9 for being late`. */
export function judgedInWords(judged: number, amongThem: Verdict['amongThem'] = {}): string {
  const sorts = Object.entries(amongThem).map(([sort, count]) => `${count} ${sort}`)
  return sorts.length === 0 ? String(judged) : `${judged}, among them ${sorts.join(', ')}`
}
