/** Commits decided commands, several in one statement where they wait for their turn at the same time. */
import { ConnectionRefusedError, isLockTimeout, isUnavailability } from '../database/faults'
import type { Queryable } from '../database/statement'
import { ServiceFault } from '../outcome'
import { SharedStatements, type Asker } from './shared-statements'
import { committing } from './unit-of-work'
import { MOST_AT_ONCE, writeCommands, type DecidedCommand } from './write-commands'

// One is sent while another commits; a third gains nothing, and takes a connection from those who read.
const MOST_UNDER_WAY = 2
// Strangers in one statement must not wait long for the lock that one of them needs; that one waits alone.
const SHARED_LOCK_WAIT_MS = 100

type Writer = Asker<DecidedCommand, boolean>

export class CommandWriter {
  private readonly statements = new SharedStatements<DecidedCommand, boolean>(
    { underWay: MOST_UNDER_WAY, together: MOST_AT_ONCE },
    (together) => this.send(together),
  )

  /** @param db what each statement takes a connection from */
  constructor(private readonly db: Queryable) {}

  /**
   * Writes the command. No two of a session may be asked for at a time.
   * @returns false when its session is no longer what was decided on: nothing was written
   * @throws as {@link writeCommands}, {@link committing} and {@link SharedStatements.ask} do, for this command alone.
   */
  write(command: DecidedCommand): Promise<boolean> {
    return this.statements.ask(command)
  }

  private async send(together: readonly Writer[]): Promise<void> {
    try {
      await this.commit(together, SHARED_LOCK_WAIT_MS)
    } catch (error) {
      if (error instanceof ConnectionRefusedError) throw error
      // Nothing was written, for the sake of one of them: each learns alone which.
      const perhapsAnothers = isLockTimeout(error) || (together.length > 1 && !concernsAll(error))
      for (const one of together) {
        if (perhapsAnothers) this.commit([one], 0).catch(one.reject)
        else one.reject(error)
      }
    }
  }

  private async commit(together: readonly Writer[], lockWaitMs: number): Promise<void> {
    const commands = together.map(({ asked }) => asked)
    const written = await committing(writeCommands(this.db, commands, lockWaitMs))
    for (const { asked, resolve } of together) resolve(written.has(asked.commandId))
  }
}

function concernsAll(error: unknown): boolean {
  return error instanceof ServiceFault || isUnavailability(error)
}
