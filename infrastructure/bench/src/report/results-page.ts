/** RESULTS.md, as the program writes it from the kept figures. */
import { SCENARIOS } from '../catalog'
import { errorsIn } from '../scenario'
import type { Entry } from './entries'
import { boundsOf, figureRows } from './figure-rows'
import type { Plot } from './plots'

/**
 * The page.
 * @param runs the kept runs, the newest of each scenario last
 * @param reasons why a scenario's bounds are not held, by its name
 * @param levers what people wrote on what was tried
 */
export function resultsPage(
  runs: readonly Entry[],
  plots: readonly Plot[],
  reasons: ReadonlyMap<string, string>,
  levers: string,
): string {
  const scenarios = SCENARIOS.map(({ name, title }) => ({
    name,
    title,
    entries: runs.filter(({ scenario }) => scenario === name),
  })).filter(({ entries }) => entries.length > 0)
  const most = Math.max(0, ...scenarios.map(({ entries }) => entries.length))
  return [
    '# Results',
    '',
    'Written by `npm run bench`. Every ratio is between medians that were measured in one run, interleaved, on the same',
    'PostgreSQL and the same broker; in brackets behind a baseline stands ours divided by it. A bound whose name ends in',
    '`_max` is an upper one. Scenarios may have been run one by one: each run has a commit and a time (UTC) of its own.',
    '',
    ...markdownTable(
      [
        'scenario',
        ...Array.from({ length: most }, (_, run) => (run + 1 === most ? 'last run' : `run ${run + 1}`)),
      ],
      scenarios.map(({ name, entries }) => [
        `[${name}](#${name})`,
        ...Array.from({ length: most - entries.length }, () => ''),
        ...entries.map((entry) => `${verdict(entry)} (${moment(entry)})`),
      ]),
    ),
    '',
    ...scenarios.flatMap(({ name, title, entries }) => section(name, title, entries, reasons.get(name))),
    ...plots.flatMap(({ title, file }) => [`## ${title}`, '', `![${title}](results/${file})`, '']),
    levers.trim(),
    '',
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
}

function section(
  name: string,
  title: string,
  entries: readonly Entry[],
  reason: string | undefined,
): string[] {
  const last = entries.at(-1)
  if (!last) return []
  const { machine, versions, rounds } = last
  return [
    `## ${name}`,
    '',
    `${title[0]?.toUpperCase() ?? ''}${title.slice(1)}.`,
    '',
    ...(last.void_because === undefined ? [] : [`**Void**: ${last.void_because}.`, '']),
    ...markdownTable(['', 'ours', ...Object.keys(last.baselines)], figureRows(last)),
    '',
    ...markdownTable(['bound', 'target', ...entries.map(moment)], boundRows(entries)),
    '',
    ...whyNotHeld(last, reason),
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} on ${machine.cores} cores (${machine.cpu}, ${machine.memory_gb} GB, ` +
      `${machine.provider}), PostgreSQL ${versions.postgresql}, Node ${versions.node}, kafkajs ${versions.kafkajs}, ` +
      `commit ${last.commit}, ${last.begun_at.slice(0, 10)}.`,
    '',
  ]
}

function whyNotHeld(last: Entry, reason: string | undefined): string[] {
  if (last.held) return []
  const errors = errorsIn(last)
  const isMissed = last.void_because === undefined && boundsOf(last).some(({ held }) => !held)
  const why = isMissed ? (reason ?? 'nobody has written it into REASONS.md yet.') : undefined
  return [
    ...(errors.length === 0 ? [] : [`**Requests failed**: ${errors.join(', ')}.`, '']),
    ...(why === undefined ? [] : [`Why not held: ${why}`, '']),
  ]
}

/** Every bound with what each run measured of it; as the newest run that has it gives it, for a short run leaves some out. */
function boundRows(entries: readonly Entry[]): string[][] {
  const measured = entries.map((entry) => new Map(boundsOf(entry).map((bound) => [bound.name, bound])))
  const bounds = new Map(measured.flatMap((run) => [...run]))
  return [...bounds.values()].map(({ name, target }) => [
    name,
    target,
    ...measured.map((run) => {
      const bound = run.get(name)
      if (!bound) return ''
      return bound.held ? String(bound.value) : `**${bound.value}, not held**`
    }),
  ])
}

function verdict(entry: Entry): string {
  if (entry.void_because !== undefined) return '**void**'
  return entry.held ? 'held' : '**not held**'
}

/** Runs in a row have one day and one commit: the time of day tells them apart. */
const moment = ({ commit, begun_at }: Entry): string =>
  `${begun_at.slice(0, 16).replace('T', ' ')}, ${commit}`

/** Nothing where there is no row. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
