/** The verbs that change rows: requeue, drop, replay. */
import type { Command } from 'commander'
import { drop } from './drop'
import { counted, moment, outboxId, sessionId } from './options'
import { countReplay, replay, type ReplaySelection } from './replay'
import { addRequeue } from './requeue-verb'
import { conditionOf, selectIds } from './row-selection'
import type { Change, Session } from './session'
import { withBar, type Terminal } from './terminal'
import { whyLeft, whyLeftByChange } from './why-left'

/** Gives them to `program`. */
export function addChangeVerbs(program: Command, terminal: Terminal, session: Session): void {
  const { configuration, onDatabase, show, agreed, tellLeft, checkTimes } = session

  addRequeue(program, terminal, session)

  program
    .command('drop')
    .description('gives FAILED rows up: they stay, marked, and hold nobody any more')
    .argument('<ids...>', 'outbox ids', outboxId)
    .option('--dry-run', 'only say how many')
    .option('--yes', 'ask nothing')
    .option('--json', 'print JSON')
    .action(async (ids: string[], options: Change) => {
      await onDatabase(async (database) => {
        const found = await selectIds(database, conditionOf({ ids }))
        const rows = found.length
        if (options.dryRun) {
          const left = await whyLeft(database, ids, found)
          show(options, { dry_run: true, rows, left }, () => `${counted(rows, 'row')} would be dropped`)
          tellLeft(left)
          return
        }
        if (!(await agreed(rows, options, `Drop ${rows} rows?`))) return
        const dropped = await drop(database, found, terminal.who)
        const left = await whyLeftByChange(terminal, database, ids, dropped)
        show(options, { dropped, left }, () => `dropped: ${counted(dropped.length, 'row')}`)
        tellLeft(left)
      })
    })

  program
    .command('replay')
    .description('writes events to the outbox again, as new PENDING rows made from the immutable facts')
    .option('--session <id>', 'the events of this session', sessionId)
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
      checkTimes(options, command)
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
            () => `${counted(events, 'event')} would be written to the outbox again`,
          )
          return
        }
        if (!(await agreed(events, options, `Write ${events} events to the outbox again?`))) return
        const replayed = await withBar(terminal, 'Writing', events, (at) =>
          replay(database, selection, last, configuration().eventsTopic, terminal.who, at),
        )
        show(options, { replayed }, () => `written to the outbox again: ${counted(replayed, 'event')}`)
      })
    })
}
