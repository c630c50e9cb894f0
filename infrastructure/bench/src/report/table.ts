/** The figures as a table for people. */
import Table from 'cli-table3'
import type { Entry } from './entries'

/** One block for each scenario: ours, the baselines, and each bound with its value. */
export function renderTable(entries: readonly Entry[]): string {
  return entries.map(block).join('')
}

function block(entry: Entry): string {
  const baselines = Object.keys(entry.baselines)
  const table = new Table({ head: ['', 'ours', ...baselines], style: { head: [], border: [] } })
  const figures = new Set([entry.ours, ...Object.values(entry.baselines)].flatMap((one) => Object.keys(one)))
  for (const figure of figures) {
    if (figure in entry.targets) continue
    const cells = [entry.ours[figure], ...baselines.map((name) => entry.baselines[name]?.[figure])]
    table.push([figure, ...cells.map((value) => (value === undefined ? '' : String(value)))])
  }
  const bounds = boundsOf(entry).map(({ name, value, target, held }) => {
    const sign = name.endsWith('_max') ? '≤' : '≥'
    return `  ${held ? 'held    ' : 'NOT held'}  ${name}: ${value} (${sign} ${target})`
  })
  const title = `\n${entry.scenario}${entry.void_because === undefined ? '' : `: VOID, ${entry.void_because}`}`
  return [title, table.toString(), ...bounds, ''].join('\n')
}

/** Each bound beside what was measured. */
export function boundsOf(entry: Entry): { name: string; value: number; target: number; held: boolean }[] {
  return Object.entries(entry.targets).map(([name, target]) => {
    const value = entry.ratios[name] ?? entry.ours[name] ?? NaN
    return { name, value, target, held: name.endsWith('_max') ? value <= target : value >= target }
  })
}
