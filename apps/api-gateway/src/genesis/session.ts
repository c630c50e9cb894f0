/** What a genesis session is: its state, where it begins, and how each event changes it. */
import {
  GENESIS_EVENTS,
  type GenesisEventPayloads,
  type GenesisStage,
  type GenesisStageOrFinished,
  type JsonObject,
  type SessionStatus,
} from '@infinite-scribe/shared-types'
import type { DecidedEvent } from './decision'
import { FIRST_STAGE } from './stage'
import type { OpenTask } from './task'

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

/** The session after `event`; one whose name it does not know changes at most which tasks are open. */
export function evolve(session: GenesisSession, event: DecidedEvent): GenesisSession {
  return { ...afterFact(session, event), openTasks: openTasksAfter(session.openTasks, event) }
}

// Tasks are opened and ended by events of whatever name.
function openTasksAfter(open: readonly OpenTask[], { opens, ends }: DecidedEvent): readonly OpenTask[] {
  const left = ends ? open.filter(({ taskId }) => taskId !== ends.taskId) : open
  return opens ? [...left, opens] : left
}

function afterFact(session: GenesisSession, event: DecidedEvent): GenesisSession {
  switch (event.type) {
    case GENESIS_EVENTS.sessionCreated:
      return initialSession()
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
