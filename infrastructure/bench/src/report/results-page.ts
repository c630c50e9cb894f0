/** RESULTS.md, as the program writes it from the kept figures. */
import { SCENARIOS } from '../catalog'
import type { Entry } from './entries'
import type { Plot } from './plots'
import { boundsOf } from './table'

/** The page; `levers` is what people wrote on what was tried. */
export function resultsPage(entries: readonly Entry[], plots: readonly Plot[], levers: string): string {
  return [
    '# Results',
    '',
    'Written by `npm run bench`. Every ratio is between medians that were measured in one run, interleaved, on the same',
    'PostgreSQL and the same broker. A bound whose name ends in `_max` is an upper one.',
    '',
    ...entries.flatMap(section),
    ...plots.flatMap(({ title, file }) => [`## ${title}`, '', `![${title}](results/${file})`, '']),
    levers.trim(),
    '',
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
}

function section(entry: Entry): string[] {
  const { machine, versions, commit, rounds, measured_at } = entry
  const title = SCENARIOS.find(({ name }) => name === entry.scenario)?.title ?? ''
  const baselines = Object.keys(entry.baselines)
  const figures = new Set([entry.ours, ...Object.values(entry.baselines)].flatMap((one) => Object.keys(one)))
  const rows = [...figures]
    .filter((figure) => !(figure in entry.targets))
    .map((figure) => [
      figure,
      String(entry.ours[figure] ?? ''),
      ...baselines.map((name) => String(entry.baselines[name]?.[figure] ?? '')),
    ])
  return [
    `## ${entry.scenario}`,
    '',
    `${title[0]?.toUpperCase() ?? ''}${title.slice(1)}.`,
    '',
    ...(entry.void_because === undefined ? [] : [`**Void**: ${entry.void_because}.`, '']),
    ...markdownTable(['', 'ours', ...baselines], rows),
    '',
    ...markdownTable(
      ['bound', 'measured', 'target', ''],
      boundsOf(entry).map(({ name, value, target, held }) => [
        name,
        String(value),
        `${name.endsWith('_max') ? '≤' : '≥'} ${target}`,
        held ? 'held' : '**not held**',
      ]),
    ),
    '',
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} on ${machine.cores} cores (${machine.cpu}, ${machine.memory_gb} GB, ` +
      `${machine.provider}), PostgreSQL ${versions.postgresql}, Node ${versions.node}, kafkajs ${versions.kafkajs}, ` +
      `commit ${commit}, ${measured_at.slice(0, 10)}.`,
    '',
  ]
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
