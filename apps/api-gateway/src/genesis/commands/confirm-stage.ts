/** ConfirmStage: the author is content with the current stage and goes on to the next, or finishes. */
import { GENESIS_EVENTS, GENESIS_STAGES, type JsonObject } from '@infinite-scribe/shared-types'
import { refuse } from '../../outcome'
import { defineCommand } from '../command-definition'
import { decided } from '../decision'
import { stageAfter } from '../stage'

interface ConfirmStage {
  /** The stage the author saw: a double click must not confirm two. */
  readonly stage?: string
  readonly data?: JsonObject
}

export const confirmStage = defineCommand<ConfirmStage>({
  type: 'ConfirmStage',
  mode: 'sync',
  schema: {
    type: 'object',
    properties: {
      stage: { type: 'string' },
      data: { type: 'object' },
    },
    additionalProperties: false,
    examples: [{ stage: 'CONCEPT_SELECTION', data: { concept: '星海回声' } }],
  },
  decide(session, { sessionId, payload: { stage: seen, data } }, cancelTask) {
    const stage = GENESIS_STAGES.find((known) => known === session.currentStage)
    if (stage === undefined || (seen !== undefined && seen !== stage))
      return refuse('STAGE_MISMATCH', `The current stage is ${session.currentStage}`, {
        current_stage: session.currentStage,
      })

    const next = stageAfter(stage)
    const confirmed = decided(GENESIS_EVENTS.stageConfirmed, {
      session_id: sessionId,
      stage,
      next_stage: next,
      ...(data ? { data } : {}),
    })
    if (next !== 'FINISHED') return [confirmed]
    return [
      confirmed,
      ...session.openTasks.map(cancelTask),
      decided(GENESIS_EVENTS.sessionFinished, { session_id: sessionId }),
    ]
  },
})
