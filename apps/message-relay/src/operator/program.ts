/** The verbs of the operators' command line, their options, and what they print. */
import { Command } from 'commander'
import { addChangeVerbs } from './change-verbs'
import type { RowSelection } from './row-selection'
import { listFailed } from './list'
import { moment, positive } from './options'
import { reachKafka } from './reach'
import { operatorSession, type Output } from './session'
import { readStatus } from './status'
import { table } from './table'
import type { Terminal } from './terminal'
import { createTopics } from './topics'
import { verify } from './verify'
import { verifyText } from './verify-text'

/** How the counts of `status` lie in each other. */
const PARTS: Readonly<Record<string, string>> = {
  parked: '  (of the pending)',
  failed_will_retry: '  (of the failed)',
  dropped: '  (not among the failed)',
}

/** The program; `parseAsync` runs a verb. */
export function operatorProgram(terminal: Terminal): Command {
  const session = operatorSession(terminal)
  const { configuration, onDatabase, show, checkClass, checkTimes } = session

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
            ([name, value]) =>
              `${name.replaceAll('_', ' ').padEnd(24)}${Math.round(value)}${PARTS[name] ?? ''}`,
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
    .action(async (options: RowSelection & Output & { limit: number }, command: Command) => {
      checkTimes(options, command)
      const listed = await onDatabase(async (database) => {
        await checkClass(database, options.class, command)
        return listFailed(database, options, options.limit)
      })
      show(
        options,
        listed,
        () =>
          `${table(listed.rows, { widest: 200, room: terminal.columns })}\n${listed.rows.length} of ${listed.total}`,
      )
    })

  addChangeVerbs(program, terminal, session)

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
      show(options, report, () => verifyText(report, terminal.columns))
      if (report.lost > 0 || report.out_of_order > 0) terminal.exitWith(1)
    })

  return program
}
