/** Verdicts as text: what holds, and what does not with its rows. */
import type { Verdict } from '../invariants/check-invariants'

export function renderVerdicts(verdicts: readonly Verdict[]): string {
  return verdicts.map((verdict) => `${renderVerdict(verdict).join('\n')}\n`).join('')
}

/** One line, and for each violation its rows. */
export function renderVerdict({ id, title, judged, violations }: Verdict): string[] {
  const state = violations.length === 0 ? 'holds ' : 'BROKEN'
  return [
    `${id.padEnd(4)}${state}  ${title} (${judged} judged)`,
    ...violations.flatMap(({ what, count, rows }) => [
      `      ${count} × ${what}`,
      ...rows.map((row) => `        ${JSON.stringify(row)}`),
    ]),
  ]
}
