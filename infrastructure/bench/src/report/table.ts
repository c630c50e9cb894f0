/** The figures as a table for people. */
import Table from 'cli-table3'
import type { Entry } from './entries'
import { boundsOf, figureRows } from './figure-rows'

/** One block for each scenario: ours, the baselines with the ratio to them, and each bound with its value. */
export function renderTable(entries: readonly Entry[]): string {
  return entries.map(block).join('')
}

function block(entry: Entry): string {
  const table = new Table({
    head: ['', 'ours', ...Object.keys(entry.baselines)],
    style: { head: [], border: [] },
  })
  const figures = figureRows(entry)
  table.push(...figures)
  const bounds = boundsOf(entry).map(
    ({ name, value, target, held }) =>
      `  ${held ? 'held    ' : 'NOT held'}  ${name}: ${value}, wanted ${target}`,
  )
  const title = `\n${entry.scenario}${entry.void_because === undefined ? '' : `: VOID, ${entry.void_because}`}`
  return [title, ...(figures.length > 0 ? [table.toString()] : []), ...bounds, ''].join('\n')
}
