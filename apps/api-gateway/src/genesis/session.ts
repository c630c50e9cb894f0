/** What a genesis session is: its state, where it begins, and how each event changes it. */
import {
  GENESIS_EVENTS,
  type GenesisEventPayloads,
  type GenesisStage,
  type GenesisStageOrFinished,
  type JsonObject,
  type SessionStatus,
} from '@infinite-scribe/shared-types'
import type { DecidedEvent, OpenTask } from './decision'
import { FIRST_STAGE } from './stage'

export interface GenesisSession {
  readonly status: SessionStatus
  readonly currentStage: GenesisStageOrFinished
  /** By stage. No rule looks at it, so a session read to decide a command begins with none of it. */
  readonly confirmedData: Readonly<Partial<Record<GenesisStage, JsonObject>>>
  readonly openTasks: readonly OpenTask[]
}

export function initialSession(): GenesisSession {
  return { status: 'IN_PROGRESS', currentStage: FIRST_STAGE, confirmedData: {}, openTasks: [] }
}

/** The session after `event`; an event that it does not know changes nothing. */
export function evolve(session: GenesisSession, event: DecidedEvent): GenesisSession {
  switch (event.type) {
    case GENESIS_EVENTS.sessionCreated:
      return initialSession()
    case GENESIS_EVENTS.conceptGenerationRequested:
      return event.task ? { ...session, openTasks: [...session.openTasks, event.task] } : session
    case GENESIS_EVENTS.conceptProposed:
    case GENESIS_EVENTS.conceptGenerationFailed: {
      const { task_id } = event.payload as GenesisEventPayloads['Genesis.Session.ConceptProposed']
      return { ...session, openTasks: session.openTasks.filter(({ taskId }) => taskId !== task_id) }
    }
    case GENESIS_EVENTS.stageConfirmed: {
      const { stage, next_stage, data } =
        event.payload as GenesisEventPayloads['Genesis.Session.StageConfirmed']
      return {
        ...session,
        currentStage: next_stage,
        confirmedData: data ? { ...session.confirmedData, [stage]: data } : session.confirmedData,
      }
    }
    case GENESIS_EVENTS.sessionFinished:
      return { ...session, status: 'COMPLETED' }
    default:
      return session
  }
}
