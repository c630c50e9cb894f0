/** RequestConceptGeneration: an agent is to propose concepts for the novel. */
import { GENESIS_EVENTS, type JsonObject } from '@infinite-scribe/shared-types'
import { refuse } from '../../outcome'
import { defineCommand } from '../command-definition'
import { decided } from '../decision'

export const requestConceptGeneration = defineCommand<JsonObject>({
  type: 'RequestConceptGeneration',
  mode: 'async',
  taskType: 'genesis.concept_generation',
  schema: {
    type: 'object',
    properties: {
      theme_preferences: { type: 'array', items: { type: 'string' } },
      style_preferences: { type: 'array', items: { type: 'string' } },
    },
    additionalProperties: true,
    examples: [{ theme_preferences: ['科幻'], style_preferences: ['快节奏'] }],
  },
  decide(session, { sessionId, payload }) {
    if (session.currentStage !== 'CONCEPT_SELECTION')
      return refuse('COMMAND_NOT_ALLOWED', 'Concepts are generated at CONCEPT_SELECTION only', {
        current_stage: session.currentStage,
      })
    return [
      decided(GENESIS_EVENTS.conceptGenerationRequested, { session_id: sessionId, request_params: payload }),
    ]
  },
  ended(sessionId, { taskId }, end) {
    const about = { session_id: sessionId, task_id: taskId }
    return end.how === 'completed'
      ? decided(GENESIS_EVENTS.conceptProposed, { ...about, result: end.result })
      : decided(GENESIS_EVENTS.conceptGenerationFailed, { ...about, reason: end.how, error: end.error })
  },
})
