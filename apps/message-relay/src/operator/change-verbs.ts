/** The verbs that change rows: requeue, drop, replay. */
import type { Command } from 'commander'
import { drop } from './drop'
import { selectRows, selectsAll, type FailedSelection } from './failed-rows'
import { counted, moment, outboxId } from './options'
import { countReplay, replay, type ReplaySelection } from './replay'
import { requeue } from './requeue'
import type { Change, Session } from './session'
import { withBar, type Terminal } from './terminal'

/** Gives them to `program`. */
export function addChangeVerbs(program: Command, terminal: Terminal, session: Session): void {
  const { configuration, onDatabase, show, agreed, tellLeft, checkClass } = session

  program
    .command('requeue')
    .description('puts FAILED rows back to PENDING, with four tries; an event that was passed comes late')
    .argument('[ids...]', 'outbox ids', outboxId)
    .option('--class <class>', 'those with this class of error')
    .option('--since <time>', 'those created at or after', moment)
    .option('--until <time>', 'those created before', moment)
    .option('--dry-run', 'only say how many')
    .option('--yes', 'ask nothing')
    .option('--json', 'print JSON')
    .action(
      async (ids: string[] | undefined, options: Omit<FailedSelection, 'ids'> & Change, command: Command) => {
        const { class: errorClass, since, until } = options
        const selection: FailedSelection = {
          ...(ids?.length ? { ids } : {}),
          ...(errorClass === undefined ? {} : { class: errorClass }),
          ...(since === undefined ? {} : { since }),
          ...(until === undefined ? {} : { until }),
        }
        if (selectsAll(selection)) command.error('error: say which: outbox ids, --class, --since or --until')
        await onDatabase(async (database) => {
          await checkClass(database, errorClass, command)
          const selected = await selectRows(database, selection)
          const rows = selected.length
          if (options.dryRun) {
            show(
              options,
              { dry_run: true, rows },
              () => `${counted(rows, 'row')} would be put back to PENDING`,
            )
            await tellLeft(
              database,
              ids ?? [],
              selected.map(({ id }) => id),
            )
            return
          }
          if (!(await agreed(rows, options, 'Put back to PENDING'))) return
          const requeued = await withBar(terminal, 'Putting back', rows, (at) =>
            requeue(database, selected, selection, terminal.who, at),
          )
          show(options, { requeued }, () => `put back to PENDING: ${counted(requeued.length, 'row')}`)
          await tellLeft(database, ids ?? [], requeued)
        })
      },
    )

  program
    .command('drop')
    .description('gives FAILED rows up: they stay, marked, and hold nobody any more')
    .argument('<ids...>', 'outbox ids', outboxId)
    .option('--dry-run', 'only say how many')
    .option('--yes', 'ask nothing')
    .option('--json', 'print JSON')
    .action(async (ids: string[], options: Change) => {
      await onDatabase(async (database) => {
        const found = (await selectRows(database, { ids })).map(({ id }) => id)
        const rows = found.length
        if (options.dryRun) {
          show(options, { dry_run: true, rows }, () => `${counted(rows, 'row')} would be dropped`)
          await tellLeft(database, ids, found)
          return
        }
        if (!(await agreed(rows, options, 'Drop'))) return
        const dropped = await drop(database, found, terminal.who)
        show(options, { dropped }, () => `dropped: ${counted(dropped.length, 'row')}`)
        await tellLeft(database, ids, dropped)
      })
    })

  program
    .command('replay')
    .description('writes events to the outbox again, as PENDING rows made from the immutable facts')
    .option('--session <id>', 'the events of this session')
    .option('--since <time>', 'those created at or after', moment)
    .option('--until <time>', 'those created before', moment)
    .option('--dry-run', 'only say how many')
    .option('--yes', 'ask nothing')
    .option('--json', 'print JSON')
    .action(async (options: ReplaySelection & Change, command: Command) => {
      const { session, since, until } = options
      if (session === undefined && since === undefined && until === undefined) {
        command.error('error: say which: --session, --since or --until')
      }
      const selection = {
        ...(session === undefined ? {} : { session }),
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
      }
      await onDatabase(async (database) => {
        const { count: events, last } = await countReplay(database, selection)
        if (events === 0 && session !== undefined) {
          const times = since === undefined && until === undefined ? '' : ' of that time'
          terminal.warn(`There are no events${times} of a session ${session}.`)
          terminal.exitWith(1)
        }
        if (options.dryRun) {
          show(
            options,
            { dry_run: true, events },
            () => `${counted(events, 'event')} would be put back to PENDING`,
          )
          return
        }
        if (!(await agreed(events, options, 'Put back to PENDING', 'event'))) return
        const replayed = await withBar(terminal, 'Putting back', events, (at) =>
          replay(database, selection, last, configuration().eventsTopic, terminal.who, at),
        )
        show(options, { replayed }, () => `put back to PENDING: ${counted(replayed, 'event')}`)
      })
    })
}
