/** The event stream as an operation of the document: its answer is no JSON, so no endpoint describes it. */
import { percent, uuid } from '../field-schemas'
import type { JsonSchema } from '../json-schema'
import { ALWAYS, errorAnswers, headersOfAnswer, type JsonObject } from './answers'
import { EXAMPLE_STREAM } from './examples'

/** The data of a `task.progress` frame. */
export const TASK_PROGRESS: JsonSchema = {
  $id: 'TaskProgress',
  title: 'How far a task is: the data of a task.progress frame',
  type: 'object',
  required: ['task_id', 'progress'],
  properties: {
    task_id: uuid,
    progress: percent,
    message: { type: 'string' },
  },
  additionalProperties: false,
}

const DESCRIPTION = `Server-Sent Events of your sessions, each exactly once for a connection and in order for its session.

Frames with an \`id\` are events: \`event\` is the event type, \`data\` the envelope (\`EventEnvelope\`), and \`id\` the position
to resume after, good for the same \`context_id\`. Frames \`task.progress\` have no \`id\`; their \`data\` is \`TaskProgress\`, and
the current ones are sent on opening. A comment comes every 15 s. The stream ends at the \`exp\` of the token, or of the
token that bought the ticket. With neither \`Last-Event-ID\` nor \`last_event_id\` it starts now.`

const position = { type: 'string', minLength: 1, description: 'Opaque: the id of a frame' }

/** GET /events/stream. */
export function streamOperation(): JsonObject {
  return {
    operationId: 'streamEvents',
    summary: 'Follow the events of your sessions',
    description: DESCRIPTION,
    tags: ['Stream'],
    security: [{ bearer: [] }, { ticket: [] }],
    parameters: [
      {
        name: 'context_id',
        in: 'query',
        description: 'Only the events of this session',
        schema: uuid,
      },
      {
        name: 'last_event_id',
        in: 'query',
        description: 'The position to resume after; the header Last-Event-ID wins',
        schema: position,
      },
      {
        name: 'Last-Event-ID',
        in: 'header',
        description: 'The position to resume after',
        schema: position,
      },
      { $ref: '#/components/parameters/RequestId' },
    ],
    responses: {
      200: {
        description: 'The stream, which does not end by itself before the token does',
        headers: headersOfAnswer(200, {}),
        content: {
          'text/event-stream': {
            schema: { type: 'string' },
            examples: { 'an event and a progress': { value: EXAMPLE_STREAM } },
          },
        },
      },
      ...errorAnswers([
        ...ALWAYS,
        'MISSING_TOKEN',
        'INVALID_TOKEN',
        'TOKEN_EXPIRED',
        'INVALID_TICKET',
        'INVALID_SESSION_ID',
        'INVALID_LAST_EVENT_ID',
        'NOT_ACCEPTABLE',
        'SESSION_NOT_FOUND',
        'TOO_MANY_STREAMS',
        'SERVICE_UNAVAILABLE',
        'OUTCOME_UNKNOWN',
        'CONCURRENCY_CONFLICT',
      ]),
    },
  }
}
