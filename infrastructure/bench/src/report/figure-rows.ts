/** An entry's figures as rows of a table, for the terminal and for RESULTS.md. */
import { holds } from '../scenario'
import type { Entry } from './entries'

/** A row for each figure: its name, ours, and each baseline's with ours through it in brackets. */
export function figureRows(entry: Entry): string[][] {
  const baselines = Object.values(entry.baselines)
  const names = new Set([entry.ours, ...baselines].flatMap((figures) => Object.keys(figures)))
  return [...names]
    .filter((name) => !(name in entry.targets))
    .map((name) => {
      const ours = entry.ours[name]
      return [
        name,
        ours === undefined ? '' : String(ours),
        ...baselines.map((one) => besides(ours, one[name])),
      ]
    })
}

function besides(ours: number | undefined, baseline: number | undefined): string {
  if (baseline === undefined) return ''
  if (ours === undefined || !baseline) return String(baseline)
  return `${baseline} (×${Number((ours / baseline).toPrecision(3))})`
}

export interface Bound {
  readonly name: string
  readonly value: number
  /** With its sign, and with what would be outstanding: `≤ 20 (outstanding: 10)`. */
  readonly target: string
  readonly held: boolean
}

/** Each bound beside what was measured. */
export function boundsOf(entry: Entry): Bound[] {
  return Object.entries(entry.targets).map(([name, target]) => {
    const value = entry.ratios[name] ?? entry.ours[name] ?? NaN
    const sign = name.endsWith('_max') ? '≤' : '≥'
    const outstanding = entry.outstanding?.[name]
    const mark = outstanding === undefined ? '' : ` (outstanding: ${outstanding})`
    return { name, value, target: `${sign} ${target}${mark}`, held: holds({ name, value, target }) }
  })
}
