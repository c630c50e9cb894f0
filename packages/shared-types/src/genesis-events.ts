/** The events of a genesis session: their names and what each carries. */
import { eventName } from './event-name'
import type { JsonObject } from './json'
import type { GenesisStage, GenesisStageOrFinished } from './statuses'

/** Every event type that this backend writes. */
export const GENESIS_EVENTS = {
  sessionCreated: eventName('Genesis.Session.Created'),
  conceptGenerationRequested: eventName('Genesis.Session.ConceptGenerationRequested'),
  conceptProposed: eventName('Genesis.Session.ConceptProposed'),
  conceptGenerationFailed: eventName('Genesis.Session.ConceptGenerationFailed'),
  stageConfirmed: eventName('Genesis.Session.StageConfirmed'),
  feedbackSubmitted: eventName('Genesis.Session.FeedbackSubmitted'),
  sessionFinished: eventName('Genesis.Session.Finished'),
} as const

/** What each event carries in its `payload`. */
export interface GenesisEventPayloads {
  'Genesis.Session.Created': { session_id: string }
  'Genesis.Session.ConceptGenerationRequested': { session_id: string; request_params: JsonObject }
  'Genesis.Session.ConceptProposed': { session_id: string; task_id: string; result: JsonObject }
  'Genesis.Session.ConceptGenerationFailed': {
    session_id: string
    task_id: string
    reason: 'failed' | 'cancelled' | 'timed_out'
    error?: JsonObject
  }
  'Genesis.Session.StageConfirmed': {
    session_id: string
    stage: GenesisStage
    next_stage: GenesisStageOrFinished
    data?: JsonObject
  }
  /** Whatever else the command's payload held stands beside these. */
  'Genesis.Session.FeedbackSubmitted': {
    session_id: string
    feedback?: string
    rating?: number
    [other: string]: unknown
  }
  'Genesis.Session.Finished': { session_id: string }
}

export type GenesisEventType = keyof GenesisEventPayloads

/** An event of a session before it has an identity, a version or a time: what a decision returns. */
export type GenesisEvent = {
  [Type in GenesisEventType]: { readonly type: Type; readonly payload: GenesisEventPayloads[Type] }
}[GenesisEventType]
