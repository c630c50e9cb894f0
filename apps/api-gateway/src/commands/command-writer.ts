/** Commits decided commands: those that wait while statements are under way share the next one. */
import { isLockTimeout, isUnavailability } from '../database/faults'
import type { Queryable } from '../database/statement'
import { ServiceFault } from '../outcome'
import { committing } from './unit-of-work'
import { MOST_AT_ONCE, writeCommands, type DecidedCommand } from './write-commands'

// One is sent while another commits; a third gains nothing, and takes a connection from those who read.
const MOST_UNDER_WAY = 2
// Strangers in one statement must not wait long for the lock that one of them needs; that one waits alone.
const SHARED_LOCK_WAIT_MS = 100
// As for a free connection of the pool.
const LONGEST_WAIT_MS = 1_500

interface Waiting {
  readonly command: DecidedCommand
  readonly resolve: (written: boolean) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

export class CommandWriter {
  private readonly waiting: Waiting[] = []
  private underWay = 0
  private soon: NodeJS.Immediate | undefined

  /** @param db what each statement takes a connection from */
  constructor(private readonly db: Queryable) {}

  /**
   * Writes the command, at once when few statements are under way. No two of a session may be asked for at a time.
   * @returns false when its session is no longer what was decided on: nothing was written
   * @throws as {@link writeCommands} and {@link committing} do, for this command alone.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE when it waited for too long; nothing was sent.
   */
  write(command: DecidedCommand): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1)
        reject(new ServiceFault('SERVICE_UNAVAILABLE', 'The database was busy for too long'))
      }, LONGEST_WAIT_MS)
      const waiting: Waiting = { command, resolve, reject, timer }
      this.waiting.push(waiting)
      this.sendSoon()
    })
  }

  // When all that is at hand now was dealt with: requests that arrived together, and those whom one answer set free.
  private sendSoon(): void {
    this.soon ??= setImmediate(() => {
      this.soon = undefined
      this.sendWaiting()
    })
  }

  private sendWaiting(): void {
    while (this.underWay < MOST_UNDER_WAY && this.waiting.length > 0) {
      const together = this.waiting.splice(0, MOST_AT_ONCE)
      for (const { timer } of together) clearTimeout(timer)
      this.underWay++
      void this.send(together, SHARED_LOCK_WAIT_MS).finally(() => {
        this.underWay--
        this.sendSoon()
      })
    }
  }

  private async send(together: readonly Waiting[], lockWaitMs: number): Promise<void> {
    const commands = together.map(({ command }) => command)
    try {
      const written = await committing(writeCommands(this.db, commands, lockWaitMs))
      for (const { command, resolve } of together) resolve(written.has(command.commandId))
    } catch (error) {
      // Nothing was written, for the sake of one of them: each learns alone which.
      const perhapsAnothers = isLockTimeout(error) || (commands.length > 1 && !concernsAll(error))
      for (const one of together) {
        if (perhapsAnothers && lockWaitMs > 0) void this.send([one], 0)
        else one.reject(error)
      }
    }
  }
}

function concernsAll(error: unknown): boolean {
  return error instanceof ServiceFault || isUnavailability(error)
}
