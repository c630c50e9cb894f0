/** What the verbs share: the database, how results are shown, and how a change is agreed to and told. */
import type { Command } from 'commander'
import { readOperatorConfiguration } from '../config'
import { faultOfClass } from './error-classes'
import { withOperatorDatabase, type OperatorDatabase } from './operator-database'
import type { RowSelection } from './row-selection'
import type { Terminal } from './terminal'
import type { Left } from './why-left'

export interface Output {
  json?: boolean
}
export type Change = Output & { yes?: boolean; dryRun?: boolean }

export type Session = ReturnType<typeof operatorSession>

/** For one command on `terminal`. */
export function operatorSession(terminal: Terminal) {
  const configuration = () => readOperatorConfiguration(terminal.environment)
  const onDatabase = <T>(use: (database: OperatorDatabase) => Promise<T>): Promise<T> =>
    withOperatorDatabase(configuration().databaseUrl, terminal.onInterrupt, use)
  const show = ({ json }: Output, value: object, text: () => string): void =>
    terminal.print(json ? JSON.stringify(value) : text())
  const agreed = async (rows: number, options: Change, question: string): Promise<boolean> => {
    if (rows <= 1 || options.yes) return true
    const answer = await terminal.confirm(question)
    if (answer) return true
    const reason =
      answer === undefined ? 'confirm on a terminal, or give --yes' : 'the question was not answered with yes'
    if (options.json) terminal.print(JSON.stringify({ changed: 0, reason }))
    terminal.warn(`Nothing was changed: ${reason}.`)
    terminal.exitWith(1)
    return false
  }

  const tellLeft = (left: readonly Left[]): void => {
    for (const { outbox_id, reason } of left) terminal.warn(`${outbox_id}: ${reason}`)
    if (left.length > 0) terminal.exitWith(1)
  }

  /** Ends the command where its class is none. */
  const checkClass = async (database: OperatorDatabase, name: string | undefined, command: Command) => {
    const fault = await faultOfClass(database, name)
    if (fault !== undefined) command.error(`error: ${fault}`)
  }

  /** Ends the command where no moment lies between its two. */
  const checkTimes = ({ since, until }: Pick<RowSelection, 'since' | 'until'>, command: Command): void => {
    if (since === undefined || until === undefined || Date.parse(since) < Date.parse(until)) return
    command.error(`error: --since ${since} is not before --until ${until}`)
  }

  return { configuration, onDatabase, show, agreed, tellLeft, checkClass, checkTimes }
}
