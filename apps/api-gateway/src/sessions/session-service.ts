/** Opens sessions and shows them to their owners. */
import { randomUUID } from 'node:crypto'
import { GENESIS_EVENTS, type EventEnvelope, type SessionStatus } from '@infinite-scribe/shared-types'
import type { Clock } from '../clock'
import { appendEvents } from '../commands/append-events'
import type { EventSettings } from '../commands/command-service'
import { chain } from '../commands/event-chain'
import { loadSession } from '../commands/load-session'
import type { Notifier } from '../commands/notifier'
import { saveToOutbox } from '../commands/save-to-outbox'
import type { UnitOfWork } from '../commands/unit-of-work'
import { decided } from '../genesis/decision'
import { initialSession } from '../genesis/session'
import { refuse, type Refusal } from '../outcome'
import type { Caller, SessionPort, SessionState } from '../ports'
import { findOpenedSession } from './find-opened-session'
import { insertSession, isSecondOpening } from './insert-session'
import { readCursor } from './list-cursor'
import { listSessions } from './list-sessions'
import { readHistory } from './read-history'
import { readState } from './read-state'

type Opening = Parameters<SessionPort['open']>[0]
type Opened = Exclude<Awaited<ReturnType<SessionPort['open']>>, Refusal>

export interface SessionServiceParts {
  readonly unitOfWork: UnitOfWork
  readonly notifier: Notifier
  readonly settings: EventSettings
  readonly clock: Clock
}

export class SessionService implements SessionPort {
  constructor(private readonly parts: SessionServiceParts) {}

  /** @throws {ServiceFault} as {@link UnitOfWork.write} does. */
  async open(request: Opening): Promise<Opened> {
    try {
      return await this.openNew(request)
    } catch (error) {
      const { idempotencyKey, caller } = request
      if (idempotencyKey === undefined || !isSecondOpening(error)) throw error
      const sessionId = await this.parts.unitOfWork.readOne((db) =>
        findOpenedSession(db, caller.sub, idempotencyKey),
      )
      if (sessionId === undefined) throw error
      return opened(sessionId, true)
    }
  }

  async list(
    caller: Caller,
    page: { status?: SessionStatus; after?: string; limit: number },
  ): ReturnType<SessionPort['list']> {
    const { after: text, ...rest } = page
    const after = text === undefined ? undefined : readCursor(text)
    if (text !== undefined && !after)
      return refuse('VALIDATION_ERROR', 'The position is not one that a page ended with', {
        errors: [{ path: '/after', message: 'must be the next_after of a page' }],
      })
    return this.parts.unitOfWork.readOne((db) => listSessions(db, caller.sub, { ...rest, after }))
  }

  async state(caller: Caller, sessionId: string): Promise<SessionState | Refusal> {
    return this.parts.unitOfWork.read(
      async (tx) => (await readState(tx, sessionId, caller.sub)) ?? noSuchSession(),
    )
  }

  async history(
    caller: Caller,
    sessionId: string,
    page: { after: number; limit: number },
  ): Promise<{ events: EventEnvelope[]; next_after: number | null } | Refusal> {
    return this.parts.unitOfWork.read(async (tx) => {
      const session = await loadSession(tx, sessionId, caller.sub)
      return session ? readHistory(tx, session.sessionId, page) : noSuchSession()
    })
  }

  private async openNew({ caller, requestId, traceparent, idempotencyKey }: Opening): Promise<Opened> {
    const { unitOfWork, settings, clock, notifier } = this.parts
    const sessionId = randomUUID()
    const answer = await unitOfWork.write(async (tx) => {
      const [created] = chain(
        { sessionId, owner: caller.sub, version: 0, lastEventId: null },
        [decided(GENESIS_EVENTS.sessionCreated, { session_id: sessionId })],
        { commandId: null, actor: caller.sub, requestId, at: clock() },
      )
      if (!created) throw new Error('a session begins with an event')
      await insertSession(tx, {
        sessionId,
        owner: caller.sub,
        createdEventId: created.event_id,
        idempotencyKey,
        state: initialSession(),
      })
      await appendEvents(tx, [created])
      await saveToOutbox(tx, settings.eventsTopic, sessionId, created, traceparent)
      return opened(sessionId, false)
    })
    notifier.eventsWritten()
    return answer
  }
}

// The first answer again, wherever the session has got to since.
function opened(sessionId: string, replayed: boolean): Opened {
  const { status, currentStage } = initialSession()
  return { session_id: sessionId, status, current_stage: currentStage, replayed }
}

function noSuchSession(): Refusal {
  return refuse('SESSION_NOT_FOUND', 'There is no such session')
}
