/** SubmitFeedback: the author says what they think; at any stage. */
import { GENESIS_EVENTS, type JsonObject } from '@infinite-scribe/shared-types'
import { defineCommand } from '../command-definition'
import { decided } from '../decision'

export const submitFeedback = defineCommand<JsonObject>({
  type: 'SubmitFeedback',
  mode: 'sync',
  schema: {
    type: 'object',
    properties: {
      feedback: { type: 'string' },
      rating: { type: 'integer', minimum: 1, maximum: 5 },
      // The event's own session_id stands beside the payload's members.
      session_id: false,
    },
    additionalProperties: true,
    examples: [{ feedback: 'The second idea is the one', rating: 4 }],
  },
  decide: (_session, { sessionId, payload }) => [
    decided(GENESIS_EVENTS.feedbackSubmitted, { ...payload, session_id: sessionId }),
  ],
})
