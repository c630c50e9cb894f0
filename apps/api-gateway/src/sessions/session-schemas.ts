/** What the session routes take and answer, as JSON schemas. */
import {
  GENESIS_STAGES,
  SESSION_STAGES,
  SESSION_STATUSES,
  TASK_STATUSES,
} from '@infinite-scribe/shared-types'
import type { QuerySchema } from '../http/query'
import { percent, time, uuid } from '../field-schemas'
import type { JsonSchema } from '../json-schema'

const status = { enum: SESSION_STATUSES } as const
const stage = { enum: SESSION_STAGES } as const
const object = { type: 'object' } as const

export const OPEN_SESSION_BODY: JsonSchema = {
  $id: 'OpenSessionRequest',
  title: 'Open a session',
  type: 'object',
  additionalProperties: false,
}

export const OPENED_SESSION: JsonSchema = {
  $id: 'OpenedSession',
  title: 'A session that was opened',
  type: 'object',
  required: ['session_id', 'status', 'current_stage'],
  properties: { session_id: uuid, status, current_stage: stage },
  additionalProperties: false,
}

export const LIST_SESSIONS_QUERY: QuerySchema = {
  $id: 'ListSessionsQuery',
  title: 'Which sessions',
  type: 'object',
  properties: {
    status: { type: 'string', enum: SESSION_STATUSES },
    after: {
      type: 'string',
      minLength: 1,
      maxLength: 512,
      description: 'The next_after of the page before',
    },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
}

export const SESSION_PAGE: JsonSchema = {
  $id: 'SessionPage',
  title: 'Sessions, newest first',
  type: 'object',
  required: ['sessions', 'next_after'],
  properties: {
    sessions: {
      type: 'array',
      items: {
        type: 'object',
        required: [
          'session_id',
          'novel_id',
          'status',
          'current_stage',
          'version',
          'created_at',
          'updated_at',
        ],
        properties: {
          session_id: uuid,
          novel_id: { type: ['string', 'null'], format: 'uuid' },
          status,
          current_stage: stage,
          version: { type: 'integer' },
          created_at: time,
          updated_at: time,
        },
        additionalProperties: false,
      },
    },
    next_after: { type: ['string', 'null'], description: 'null at the end' },
  },
  additionalProperties: false,
}

export const SESSION_STATE: JsonSchema = {
  $id: 'SessionState',
  title: 'What a page needs after a reload',
  type: 'object',
  required: [
    'session_id',
    'status',
    'current_stage',
    'version',
    'confirmed_data',
    'is_pending',
    'pending_command_type',
    'pending',
    'last_result',
    'stream_position',
  ],
  properties: {
    session_id: uuid,
    status,
    current_stage: stage,
    version: { type: 'integer' },
    confirmed_data: {
      type: 'object',
      properties: Object.fromEntries(GENESIS_STAGES.map((name) => [name, object])),
      additionalProperties: false,
    },
    is_pending: { type: 'boolean' },
    pending_command_type: { type: ['string', 'null'] },
    stream_position: { type: 'string', description: 'A last_event_id for the stream of this session' },
    pending: {
      type: 'array',
      items: {
        type: 'object',
        required: ['command_id', 'command_type', 'task_id', 'progress'],
        properties: {
          command_id: uuid,
          command_type: { type: 'string' },
          task_id: uuid,
          progress: percent,
        },
        additionalProperties: false,
      },
    },
    last_result: {
      anyOf: [
        {
          type: 'object',
          required: ['command_id', 'task_id', 'status'],
          properties: {
            command_id: uuid,
            task_id: uuid,
            status: { enum: TASK_STATUSES },
            result: object,
            error: object,
          },
          additionalProperties: false,
        },
        { type: 'null' },
      ],
    },
  },
  additionalProperties: false,
}

export const HISTORY_QUERY: QuerySchema = {
  $id: 'HistoryQuery',
  title: 'Which events',
  type: 'object',
  properties: {
    after: {
      type: 'integer',
      minimum: 0,
      maximum: 2_147_483_647,
      default: 0,
      description: 'The aggregate_version of the last event that is known',
    },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
  },
}

export const EVENT_ENVELOPE: JsonSchema = {
  $id: 'EventEnvelope',
  title: 'An event as Kafka has it',
  type: 'object',
  required: [
    'event_id',
    'correlation_id',
    'causation_id',
    'event_type',
    'event_version',
    'aggregate_type',
    'aggregate_id',
    'aggregate_version',
    'payload',
    'metadata',
    'created_at',
  ],
  properties: {
    event_id: uuid,
    correlation_id: uuid,
    causation_id: { type: ['string', 'null'], format: 'uuid' },
    event_type: { type: 'string' },
    event_version: { type: 'integer' },
    aggregate_type: { type: 'string' },
    aggregate_id: { type: 'string' },
    aggregate_version: { type: 'integer', minimum: 1 },
    payload: object,
    metadata: object,
    created_at: time,
  },
  additionalProperties: false,
}

export const HISTORY_PAGE: JsonSchema = {
  $id: 'HistoryPage',
  title: 'Events of a session, oldest first',
  type: 'object',
  required: ['events', 'next_after'],
  properties: {
    events: { type: 'array', items: { $ref: 'EventEnvelope' } },
    next_after: { type: ['integer', 'null'], description: 'null at the end' },
  },
  additionalProperties: false,
}
