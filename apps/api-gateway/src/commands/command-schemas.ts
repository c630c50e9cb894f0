/** What the command routes take and answer, as JSON schemas; each command's payload has its own, beside the command. */
import { COMMAND_STATUSES, OUTBOX_STATUSES } from '@infinite-scribe/shared-types'
import { time, uuid } from '../field-schemas'
import type { JsonSchema } from '../json-schema'

export const COMMAND_BODY: JsonSchema = {
  $id: 'CommandRequest',
  title: 'A command',
  type: 'object',
  required: ['command_type'],
  properties: { command_type: { type: 'string' }, payload: { type: 'object' } },
  additionalProperties: false,
}

const answered = {
  command_id: uuid,
  status: { enum: COMMAND_STATUSES },
  message: { type: 'string' },
}

export const COMMAND_COMPLETED: JsonSchema = {
  $id: 'CommandCompleted',
  title: 'A command that was carried out',
  type: 'object',
  required: ['command_id', 'status', 'message'],
  properties: answered,
  additionalProperties: false,
}

export const COMMAND_ACCEPTED: JsonSchema = {
  $id: 'CommandAccepted',
  title: 'A command that a task will finish',
  type: 'object',
  required: ['command_id', 'status', 'message', 'task_id'],
  properties: { ...answered, task_id: uuid },
  additionalProperties: false,
}

const delivery = {
  type: 'object',
  required: ['status', 'attempts'],
  properties: {
    status: { enum: OUTBOX_STATUSES },
    attempts: {
      type: 'integer',
      description:
        'Tries since the event last became due: it begins anew when an event that FAILED is sent again, by the relay after an outage or by an operator.',
    },
    topic: { type: 'string' },
    partition: { type: 'integer' },
    offset: { type: 'string' },
    sent_at: time,
    error: { type: 'object' },
    will_retry: { type: 'boolean' },
  },
  additionalProperties: false,
}

export const RECEIPT: JsonSchema = {
  $id: 'CommandReceipt',
  title: 'What became of a command',
  type: 'object',
  required: ['command_id', 'command_type', 'status', 'created_at', 'events'],
  properties: {
    command_id: uuid,
    command_type: { type: 'string' },
    status: { enum: COMMAND_STATUSES },
    created_at: time,
    task_id: uuid,
    events: {
      type: 'array',
      items: {
        type: 'object',
        required: ['event_id', 'event_type', 'aggregate_version', 'delivery'],
        properties: {
          event_id: uuid,
          event_type: { type: 'string' },
          aggregate_version: { type: 'integer' },
          delivery,
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
}
