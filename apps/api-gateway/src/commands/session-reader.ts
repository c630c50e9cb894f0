/** Reads the sessions that commands are decided on, several in one statement where they are asked for at the same time. */
import { ConnectionRefusedError } from '../database/faults'
import { whenConnected, type Queryable } from '../database/statement'
import {
  loadSession,
  loadSessions,
  throughOpenGate,
  type LoadedSession,
  type OwnedSession,
  type SessionRead,
} from './load-session'
import { SharedStatements, type Asker } from './shared-statements'

const MOST_UNDER_WAY = 2
const MOST_AT_ONCE = 32
// Many times what it takes. A connection that is silent for longer may be dead, and must not stop all the others.
const PATIENCE_MS = 200

type Reader = Asker<OwnedSession, SessionRead>

export class SessionReader {
  private readonly statements = new SharedStatements<OwnedSession, SessionRead>(
    { underWay: MOST_UNDER_WAY, together: MOST_AT_ONCE },
    (together) => this.send(together),
  )

  /** @param db what each statement takes a connection from */
  constructor(private readonly db: Queryable) {}

  /** As {@link loadSession}. @throws as it, and as {@link SharedStatements.ask} do. */
  async read(sessionId: string, owner: string): Promise<LoadedSession | undefined> {
    return throughOpenGate(await this.statements.ask({ sessionId, owner }))
  }

  private async send(together: readonly Reader[]): Promise<void> {
    try {
      await this.readTogether(together)
    } catch (error) {
      if (error instanceof ConnectionRefusedError) throw error
      // A read leaves nothing behind: one bad connection is not everybody's misfortune.
      for (const { asked, resolve, reject } of together)
        loadSession(this.db, asked.sessionId, asked.owner).then(resolve, reject)
    }
  }

  /** Rejects when the connection is silent for too long as well; an answer that comes later is still taken. */
  private readTogether(together: readonly Reader[]): Promise<void> {
    return new Promise((done, fail) => {
      let timer: NodeJS.Timeout | undefined
      const db = whenConnected(this.db, () => {
        timer = setTimeout(() => fail(new Error('The connection was silent for too long')), PATIENCE_MS)
      })
      loadSessions(
        db,
        together.map(({ asked }) => asked),
      )
        .then((sessions) => {
          together.forEach(({ resolve }, at) => resolve(sessions[at]))
          done()
        })
        .catch(fail)
        .finally(() => clearTimeout(timer))
    })
  }
}
