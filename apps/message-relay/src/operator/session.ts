/** What the verbs share: the database, how results are shown, and how a change is agreed to and told. */
import type { Command } from 'commander'
import { readOperatorConfiguration } from '../config'
import { faultOfClass } from './error-classes'
import { withOperatorDatabase, type OperatorDatabase } from './operator-database'
import type { Terminal } from './terminal'
import { whyLeft } from './why-left'

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
  const agreed = async (rows: number, { yes }: Change, what: string, unit = 'row'): Promise<boolean> => {
    if (rows <= 1 || yes || (await terminal.confirm(`${what} ${rows} ${unit}s?`))) return true
    terminal.warn('Nothing was changed: confirm on a terminal, or give --yes.')
    terminal.exitWith(1)
    return false
  }

  /** Of the ids that were named, where any were. */
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

  /** Ends the command where its class is none. */
  const checkClass = async (database: OperatorDatabase, name: string | undefined, command: Command) => {
    const fault = await faultOfClass(database, name)
    if (fault !== undefined) command.error(`error: ${fault}`)
  }

  return { configuration, onDatabase, show, agreed, tellLeft, checkClass }
}
