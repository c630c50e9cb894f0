/** What the task routes take and answer, as JSON schemas. */
import { TASK_STATUSES, TASK_TYPE_PATTERN } from '@infinite-scribe/shared-types'
import { percent, time, uuid } from '../field-schemas'
import type { JsonSchema } from '../json-schema'

export const TASK: JsonSchema = {
  $id: 'Task',
  title: 'A task',
  type: 'object',
  required: [
    'task_id',
    'task_type',
    'status',
    'progress',
    'session_id',
    'command_id',
    'created_at',
    'updated_at',
  ],
  properties: {
    task_id: uuid,
    task_type: {
      type: 'string',
      pattern: TASK_TYPE_PATTERN,
      description: 'Which work it is: each asynchronous command has a type of its own',
    },
    status: { enum: TASK_STATUSES },
    progress: percent,
    message: { type: 'string' },
    session_id: uuid,
    command_id: uuid,
    result: { type: 'object' },
    error: { type: 'object' },
    created_at: time,
    updated_at: time,
  },
  additionalProperties: false,
}

export const PROGRESS_BODY: JsonSchema = {
  $id: 'ProgressReport',
  title: 'How far a task is',
  type: 'object',
  required: ['progress'],
  properties: { progress: percent, message: { type: 'string' } },
  additionalProperties: false,
}

export const COMPLETE_BODY: JsonSchema = {
  $id: 'CompletionReport',
  title: 'What a task came to',
  type: 'object',
  required: ['result'],
  properties: { result: { type: 'object' } },
  additionalProperties: false,
}

export const FAIL_BODY: JsonSchema = {
  $id: 'FailureReport',
  title: 'Why a task failed',
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message'],
      properties: { message: { type: 'string' }, code: { type: 'string' } },
    },
  },
  additionalProperties: false,
}

export const CANCEL_BODY: JsonSchema = {
  $id: 'Cancellation',
  title: 'Why a task is given up',
  type: 'object',
  properties: { reason: { type: 'string' } },
  additionalProperties: false,
}
