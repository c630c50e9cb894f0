/** Verdicts as text: what holds, what does not with its rows, and what that comes to. */
import { brokenAmong, heldAmong, type Verdict } from '../invariants/check-invariants'
import type { Finding } from '../invariants/invariant'

const NOTHING = 'nothing to judge'

/** Each verdict, and as the last line how many invariants held. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  return `${[...verdicts.flatMap(renderVerdict), totalOf(verdicts)].join('\n')}\n`
}

/** `8 invariants held, 0 broken, 2 had nothing to judge` */
function totalOf(verdicts: readonly Verdict[]): string {
  const [held, broken] = [heldAmong(verdicts).length, brokenAmong(verdicts).length]
  const others = verdicts.length - held - broken
  const rest = others === 0 ? '' : `, ${others} had ${NOTHING}`
  return `${held} ${held === 1 ? 'invariant' : 'invariants'} held, ${broken} broken${rest}`
}

/** One line, and the rows of each violation and of each note. */
function renderVerdict({ id, title, judged, amongThem, violations, notes = [] }: Verdict): string[] {
  const state = violations.length > 0 ? 'BROKEN' : judged === 0 ? NOTHING : 'holds'
  const figures = judged === 0 ? '' : ` (judged: ${judgedInWords(judged, amongThem)})`
  return [
    `${id.padEnd(4)}${state.padEnd(NOTHING.length)}  ${title}${figures}`,
    ...violations.flatMap((violation) => renderFinding('', violation)),
    ...notes.flatMap((note) => renderFinding('note: ', note)),
  ]
}

const renderFinding = (label: string, { what, count, rows }: Finding): string[] => [
  `      ${label}${count} × ${what}`,
  ...rows.map((row) => `        ${JSON.stringify(row)}`),
]

/** How many were judged, and how many of them were of which sort: `120, among them 9 for being late`. */
export function judgedInWords(judged: number, amongThem: Verdict['amongThem'] = {}): string {
  const sorts = Object.entries(amongThem).map(([sort, count]) => `${count} ${sort}`)
  return sorts.length === 0 ? String(judged) : `${judged}, among them ${sorts.join(', ')}`
}
