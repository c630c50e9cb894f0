/** The verb `requeue`. */
import { Option, type Command } from 'commander'
import { counted, moment, outboxId } from './options'
import { requeue, selectForRequeue } from './requeue'
import { selectsAll, type RowSelection, type SelectedRow } from './row-selection'
import type { Change, Session } from './session'
import { withBar, type Terminal } from './terminal'

type Options = Change & Pick<RowSelection, 'class' | 'since' | 'until'> & { sent?: true; dropped?: true }

/** Gives it to `program`. */
export function addRequeue(program: Command, terminal: Terminal, session: Session): void {
  const { onDatabase, show, agreed, tellLeft, checkClass, checkTimes } = session

  program
    .command('requeue')
    .description(
      'puts FAILED rows back to PENDING, with four tries; an event that was passed comes late. ' +
        'Rows that an outage failed are left to the relay unless they are named',
    )
    .argument('[ids...]', 'outbox ids', outboxId)
    .option('--class <class>', 'those with this class of error')
    .option('--since <time>', 'those created at or after', moment)
    .option('--until <time>', 'those created before', moment)
    .addOption(
      new Option('--sent', 'SENT rows that are still kept, in place of FAILED ones').conflicts([
        'class',
        'dropped',
      ]),
    )
    .option('--dropped', 'rows that were dropped, in place of the others')
    .option('--dry-run', 'only say how many')
    .option('--yes', 'ask nothing')
    .option('--json', 'print JSON')
    .action(async (ids: string[] | undefined, options: Options, command: Command) => {
      const selection = selectionOf(ids, options)
      const { state } = selection
      if (selectsAll(selection)) command.error('error: say which: outbox ids, --class, --since or --until')
      checkTimes(options, command)
      await onDatabase(async (database) => {
        await checkClass(database, options.class, command)
        const { selected, leftToRelay } = await selectForRequeue(database, selection)
        const rows = selected.length
        const done = async (changed: readonly string[]): Promise<void> => {
          if (leftToRelay > 0) terminal.warn(leftLine(leftToRelay))
          await tellLeft(database, ids ?? [], changed, state)
        }
        if (options.dryRun) {
          const kinds = kindsOf(selected, state)
          show(options, { dry_run: true, rows, ...kinds, left_to_relay: leftToRelay }, () =>
            [
              `${counted(rows, 'row')} would be put back to PENDING`,
              ...Object.values(kinds).flatMap((counts) =>
                Object.entries(counts).map(([kind, count]) => `  ${kind}: ${count}`),
              ),
            ].join('\n'),
          )
          await done(selected.map(({ id }) => id))
          return
        }
        if (!(await agreed(rows, options, `Put ${rows} rows back to PENDING?`))) return
        const requeued = await withBar(terminal, 'Putting back', rows, (at) =>
          requeue(database, selected, selection, terminal.who, at),
        )
        show(options, { requeued }, () => `put back to PENDING: ${counted(requeued.length, 'row')}`)
        await done(requeued)
      })
    })
}

function selectionOf(ids: string[] | undefined, options: Options): RowSelection {
  const { class: errorClass, since, until, sent, dropped } = options
  const state = sent ? 'sent' : dropped ? 'dropped' : undefined
  return {
    ...(state === undefined ? {} : { state }),
    ...(ids?.length ? { ids } : {}),
    ...(errorClass === undefined ? {} : { class: errorClass }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  }
}

/** How many there are of each topic, where they are SENT, else of each class of error. */
function kindsOf(
  rows: readonly SelectedRow[],
  state: RowSelection['state'],
): Record<string, Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const row of rows) {
    const kind = state === 'sent' ? row.topic : row.class
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return { [state === 'sent' ? 'by_topic' : 'by_class']: counts }
}

const leftLine = (rows: number): string =>
  `Left out: ${counted(rows, 'row')} that an outage failed; the relay sends them by itself ` +
  '(one that is named by its id is sent sooner).'
