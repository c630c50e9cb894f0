/** Reads the sessions that commands are decided on, several in one statement where they are asked for at the same time. */
import type { Queryable } from '../database/statement'
import { loadSessions, type LoadedSession, type OwnedSession } from './load-session'
import { GateClosedError } from './session-gate'
import { SharedStatements } from './shared-statements'

const MOST_UNDER_WAY = 2
const MOST_AT_ONCE = 32

export class SessionReader {
  private readonly statements: SharedStatements<OwnedSession, LoadedSession | 'gate closed' | undefined>

  /** @param db what each statement takes a connection from */
  constructor(db: Queryable) {
    this.statements = new SharedStatements({ underWay: MOST_UNDER_WAY, together: MOST_AT_ONCE }, (together) =>
      loadSessions(
        db,
        together.map(({ asked }) => asked),
      ).then(
        (sessions) => together.forEach(({ resolve }, at) => resolve(sessions[at])),
        (error: unknown) => together.forEach(({ reject }) => reject(error)),
      ),
    )
  }

  /** As {@link loadSession}. @throws as it, and as {@link SharedStatements.ask} do. */
  async read(sessionId: string, owner: string): Promise<LoadedSession | undefined> {
    const session = await this.statements.ask({ sessionId, owner })
    if (session === 'gate closed') throw new GateClosedError()
    return session
  }
}
