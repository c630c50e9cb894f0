/** The verb `requeue`. */
import { Option, type Command } from 'commander'
import { counted, moment, outboxId } from './options'
import { countForRequeue, meant, requeue, selectForRequeue } from './requeue'
import { selectIds, selectsAll, type RowSelection } from './row-selection'
import type { Change, Session } from './session'
import { withBar, type Terminal } from './terminal'
import { whyLeft, whyLeftByChange, type Left } from './why-left'

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
    .option('--since <time>', 'those whose created_at is this or later', moment)
    .option('--until <time>', 'those whose created_at is earlier', moment)
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
        const find = options.dryRun ? countForRequeue : selectForRequeue
        const { rows, kinds, leftToRelay } = await find(database, selection)
        const tell = (left: readonly Left[]): void => {
          if (leftToRelay > 0) terminal.warn(leftLine(leftToRelay))
          tellLeft(left)
        }
        if (options.dryRun) {
          const found = selection.ids ? await selectIds(database, meant(selection)) : []
          const left = await whyLeft(database, ids ?? [], found, state)
          const byKind = { [state === 'sent' ? 'by_topic' : 'by_class']: kinds }
          show(options, { dry_run: true, rows, ...byKind, left_to_relay: leftToRelay, left }, () =>
            [
              `${counted(rows, 'row')} would be put back to PENDING`,
              ...Object.entries(kinds).map(([kind, count]) => `  ${kind}: ${count}`),
            ].join('\n'),
          )
          tell(left)
          return
        }
        if (!(await agreed(rows, options, `Put ${rows} rows back to PENDING?`))) return
        const requeued: string[] = []
        let count = 0
        await withBar(terminal, 'Putting back', rows, (at) =>
          requeue(database, selection, terminal.who, (looked, portion) => {
            at(looked)
            count += portion.length
            // They may be millions.
            if (options.json || selection.ids) requeued.push(...portion)
          }),
        ).catch((error: unknown) => {
          if (count > 0)
            terminal.warn(`Before it failed ${counted(count, 'row')} had been put back to PENDING.`)
          throw error
        })
        const left = await whyLeftByChange(terminal, database, ids ?? [], requeued, state)
        show(options, { requeued, left }, () => `put back to PENDING: ${counted(count, 'row')}`)
        tell(left)
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

const leftLine = (rows: number): string =>
  `Left out: ${counted(rows, 'row')} that an outage failed; the relay sends them by itself ` +
  '(one that is named by its id is sent sooner).'
