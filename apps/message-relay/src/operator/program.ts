/** The verbs of the operators' command line, their options, and what they print. */
import { Command } from 'commander'
import { readOperatorConfiguration } from '../config'
import { drop } from './drop'
import { faultOfClass } from './error-classes'
import { selectsAll, type FailedSelection } from './failed-rows'
import { listFailed } from './list'
import { withOperatorDatabase, type OperatorDatabase } from './operator-database'
import { counted, moment, outboxId, positive } from './options'
import { countReplay, replay, type ReplaySelection } from './replay'
import { reachKafka } from './reach'
import { countRequeue, requeue } from './requeue'
import { readStatus } from './status'
import { table } from './table'
import { withBar, type Terminal } from './terminal'
import { createTopics } from './topics'
import { verify } from './verify'
import { selectedIds, whyLeft } from './why-left'

interface Output {
  json?: boolean
}
type Change = Output & { yes?: boolean; dryRun?: boolean }

/** The program; `parseAsync` runs a verb. */
export function operatorProgram(terminal: Terminal): Command {
  const configuration = () => readOperatorConfiguration(terminal.environment)
  const onDatabase = <T>(use: (database: OperatorDatabase) => Promise<T>): Promise<T> =>
    withOperatorDatabase(configuration().databaseUrl, terminal.onInterrupt, use)
  const show = ({ json }: Output, value: object, text: () => string): void =>
    terminal.print(json ? JSON.stringify(value) : text())
  const agreed = async (rows: number, { yes }: Change, what: string, unit = 'row'): Promise<boolean> => {
    if (rows <= 1 || yes || (await terminal.confirm(`${what} ${rows} ${unit}s?`))) return true
    terminal.warn('Nothing was changed: confirm on a terminal, or give --yes.')
    terminal.exitWith(1)
    return false
  }

  const tellLeft = async (
    database: OperatorDatabase,
    wanted: readonly string[],
    done: readonly string[],
  ): Promise<void> => {
    const left = [...new Set(wanted.map((id) => id.toLowerCase()))].filter((id) => !done.includes(id))
    if (left.length === 0) return
    for (const line of await whyLeft(database, left)) terminal.warn(line)
    terminal.exitWith(1)
  }

  /** A dry run leaves the ids that the real one would leave. */
  const tellWouldLeave = async (database: OperatorDatabase, selection: FailedSelection): Promise<void> => {
    if (selection.ids) await tellLeft(database, selection.ids, await selectedIds(database, selection))
  }

  /** Ends the command where its class is none. */
  const checkClass = async (database: OperatorDatabase, name: string | undefined, command: Command) => {
    const fault = await faultOfClass(database, name)
    if (fault !== undefined) command.error(`error: ${fault}`)
  }

  const program = new Command('message-relay')
    .description(
      'Looks after the outbox relay of Infinite Scribe. Exit codes: 0 done, 1 not all of it done (verify: something is lost or out of order), 2 it could not be tried, 78 wrong settings.',
    )
    .showHelpAfterError()

  program
    .command('status')
    .description('what waits, what failed, and who relays')
    .option('--json', 'print JSON')
    .action(async (options: Output) => {
      const status = await onDatabase(readStatus)
      const { relays, failed_by_class: classes, ...counts } = status
      show(options, status, () =>
        [
          ...Object.entries(counts).map(
            ([name, value]) => `${name.replaceAll('_', ' ').padEnd(24)}${Math.round(value)}`,
          ),
          ...Object.entries(classes).map(([name, count]) => `  FAILED as ${name}: ${count}`),
          '',
          table(relays),
        ].join('\n'),
      )
    })

  program
    .command('list')
    .description('the rows that FAILED, newest first; dropped ones are passed by')
    .requiredOption('--failed', 'list FAILED rows')
    .option('--class <class>', 'only with this class of error')
    .option('--since <time>', 'only created at or after', moment)
    .option('--until <time>', 'only created before', moment)
    .option('--limit <rows>', 'at most so many', positive, 100)
    .option('--json', 'print JSON')
    .action(async (options: FailedSelection & Output & { limit: number }, command: Command) => {
      const listed = await onDatabase(async (database) => {
        await checkClass(database, options.class, command)
        return listFailed(database, options, options.limit)
      })
      show(options, listed, () => `${table(listed.rows)}\n${listed.rows.length} of ${listed.total}`)
    })

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
          const rows = await countRequeue(database, selection)
          if (options.dryRun) {
            show(
              options,
              { dry_run: true, rows },
              () => `${counted(rows, 'row')} would be put back to PENDING`,
            )
            await tellWouldLeave(database, selection)
            return
          }
          if (!(await agreed(rows, options, 'Put back to PENDING'))) return
          const requeued = await withBar(terminal, 'Putting back', rows, (at) =>
            requeue(database, selection, terminal.who, at),
          )
          show(options, { requeued }, () => `put back to PENDING: ${counted(requeued.length, 'row')}`)
          if (ids?.length) await tellLeft(database, ids, requeued)
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
        const rows = await countRequeue(database, { ids })
        if (options.dryRun) {
          show(options, { dry_run: true, rows }, () => `${counted(rows, 'row')} would be dropped`)
          await tellWouldLeave(database, { ids })
          return
        }
        if (!(await agreed(rows, options, 'Drop'))) return
        const dropped = await drop(database, ids, terminal.who)
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
        const events = await countReplay(database, selection)
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
          replay(database, selection, configuration().eventsTopic, terminal.who, at),
        )
        show(options, { replayed }, () => `put back to PENDING: ${counted(replayed, 'event')}`)
      })
    })

  program
    .command('topics')
    .description(
      'creates the events topic and its dead-letter topic where they are missing; never changes one',
    )
    .requiredOption('--create', 'create what is missing')
    .option('--json', 'print JSON')
    .action(async (options: Output) => {
      const topics = await reachKafka(configuration(), () => createTopics(configuration()))
      show(options, { topics }, () => table([...topics]))
    })

  program
    .command('verify')
    .description('compares outbox and topic; exits 1 for what is lost or out of order')
    .option('--json', 'print JSON')
    .action(async (options: Output) => {
      const report = await onDatabase((database) =>
        reachKafka(configuration(), () => verify(database, configuration(), terminal)),
      )
      const { window, examples, ...counts } = report
      show(options, report, () =>
        [
          table(
            Object.entries(counts).map(([finding, count]) => ({
              finding,
              count,
              examples: examples[finding as keyof typeof examples].slice(0, 3).join(' '),
            })),
            130,
          ),
          `${window.records} records, ${window.from ?? 'none'} to ${window.to ?? 'none'}`,
        ].join('\n'),
      )
      if (report.lost > 0 || report.out_of_order > 0) terminal.exitWith(1)
    })

  return program
}
