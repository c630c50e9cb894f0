/** The result as a table for people, and what failed with all that is needed to understand it. */
import Table from 'cli-table3'
import { brokenAmong } from '../invariants/check-invariants'
import { lineOf } from '../run/timeline'
import type { SeedResult } from '../run/run-seed'
import { summaryOf, type Summary } from './summary'
import { judgedInWords } from './verdicts'

/** Of the words that say how many were judged, so that a line of the table fits a wide terminal. */
const JUDGED_WIDTH = 30
const plain = { style: { head: [], border: [] } }

/** All seeds together. */
export function renderSummary(results: readonly SeedResult[]): string {
  const summary = summaryOf(results)
  return ['', faultTable(summary), figureTable(summary), invariantTable(summary), ''].join('\n')
}

function faultTable({ faults }: Summary): string {
  const table = new Table({ head: ['fault', 'struck', 'landed', 'longest recovery'], ...plain })
  for (const { kind, struck, landed, impossible, longestRecoveryMs } of faults) {
    const recovery = longestRecoveryMs === null ? '' : `${(longestRecoveryMs / 1000).toFixed(1)} s`
    table.push([kind, String(struck), impossible ? `not possible here` : String(landed), recovery])
  }
  return table.toString()
}

function figureTable(summary: Summary): string {
  const table = new Table(plain)
  const rows: Record<string, string | number> = {
    seeds: summary.seeds.join(', '),
    minutes: summary.minutes,
    'faults landed': summary.landed,
    'commands sent': summary.commands,
    events: summary.events,
    'duplicates on the topic': summary.duplicates,
    'connections of streams / events shown': `${summary.streams.opened} / ${summary.streams.shown}`,
    'longest recovery':
      summary.longest_recovery_ms === null ? '' : `${(summary.longest_recovery_ms / 1000).toFixed(1)} s`,
    ...Object.fromEntries(
      Object.entries(summary.memory_mb).map(([role, { median, peak }]) => [
        `memory of a ${role}, median / peak`,
        `${median} / ${peak} MB`,
      ]),
    ),
    ...Object.fromEntries(
      summary.steady.map(({ process, minutes, peakMb, growth }) => [
        `memory of ${process} in ${minutes} minutes, peak / growth`,
        `${peakMb} MB / ${(growth * 100).toFixed(1)} %`,
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(summary.answers).map(([answer, count]) => [`answered ${answer}`, count]),
    ),
  }
  for (const [name, value] of Object.entries(rows)) table.push({ [name]: String(value) })
  return table.toString()
}

function invariantTable({ invariants }: Summary): string {
  const table = new Table({
    head: ['', 'invariant', 'judged', 'violations'],
    colWidths: [null, null, JUDGED_WIDTH, null],
    wordWrap: true,
    ...plain,
  })
  for (const { id, title, judged, among_them: amongThem, violations } of invariants) {
    table.push([id, title, judgedInWords(judged, amongThem), violations === 0 ? 'none' : String(violations)])
  }
  return table.toString()
}

/** The seed, the invariants, the rows and the timeline; empty when all is well. */
export function renderFailure(result: SeedResult, repeatCommand: string): string {
  const broken = brokenAmong(result.verdicts)
  if (broken.length === 0 && result.failures.length === 0) return ''
  const lines = [`\nSeed ${result.plan.seed} FAILED (repeat it: ${repeatCommand})`]
  lines.push(...result.failures.map((failure) => `  ${failure}`))
  for (const { id, title, violations } of broken) {
    lines.push(`  ${id} is broken: ${title}`)
    for (const { what, count, rows } of violations) {
      lines.push(`    ${count} × ${what}`, ...rows.map((row) => `      ${JSON.stringify(row)}`))
    }
  }
  lines.push('  timeline:', ...result.timeline.map((moment) => `    ${lineOf(moment)}`))
  return `${lines.join('\n')}\n`
}
