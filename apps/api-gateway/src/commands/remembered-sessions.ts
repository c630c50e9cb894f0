/** Remembers sessions as this process read or left them, so that a command need not ask; the write's fence decides. */
import { LRUCache } from 'lru-cache'
import type { LoadedSession } from './load-session'

// About half a kilobyte each.
const MAX_SESSIONS = 16_384

/** The most recently used sessions, each by its id. */
export class RememberedSessions {
  private readonly sessions: LRUCache<string, LoadedSession>

  constructor(max = MAX_SESSIONS) {
    this.sessions = new LRUCache({ max })
  }

  /** The session as it was last known, when it is remembered and `owner`'s. */
  recall(sessionId: string, owner: string): LoadedSession | undefined {
    const session = this.sessions.get(sessionId.toLowerCase())
    return session?.owner === owner ? session : undefined
  }

  remember(session: LoadedSession): void {
    this.sessions.set(session.sessionId, session)
  }

  forget(sessionId: string): void {
    this.sessions.delete(sessionId.toLowerCase())
  }
}
