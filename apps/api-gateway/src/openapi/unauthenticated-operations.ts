/** The operations that need no token: health, the document itself, and its page. */
import type { ErrorCode } from '../http/error-map'
import type { JsonSchema } from '../json-schema'
import { ALWAYS, errorAnswers, headersOfAnswer, type JsonObject } from './answers'
import { jsonContent } from './operation'

export const HEALTH: JsonSchema = {
  $id: 'Health',
  title: 'How this process is',
  type: 'object',
  required: ['status'],
  properties: { status: { enum: ['ready', 'live'] } },
  additionalProperties: false,
}

const READY: readonly ErrorCode[] = ['SERVICE_UNAVAILABLE', 'SHUTTING_DOWN']

const THIS_DOCUMENT = {
  openapi: '3.1.1',
  info: { title: 'Infinite Scribe: genesis', version: '1.0.0' },
  paths: {},
}

/** The operations, by path. */
export function unauthenticatedOperations(): Readonly<Record<string, JsonObject>> {
  return {
    '/health': operation('readHealth', 'Whether this process can be of use', 'Health', health(READY)),
    '/health/ready': operation(
      'readReadiness',
      'Whether this process can be of use: it reaches PostgreSQL',
      'Health',
      health(READY),
    ),
    '/health/live': operation('readLiveness', 'Whether this process runs', 'Health', health([])),
    '/openapi.json': operation(
      'readDocument',
      'Read this document',
      'Documentation',
      answers(content('application/json', { type: 'object' }, THIS_DOCUMENT), ['SHUTTING_DOWN']),
    ),
    '/docs': operation(
      'readDocs',
      'A page to read this document and to try it',
      'Documentation',
      answers(content('text/html', { type: 'string' }, '<!doctype html>…'), ['SHUTTING_DOWN']),
    ),
  }
}

function operation(operationId: string, summary: string, tag: string, responses: JsonObject): JsonObject {
  const parameters = [{ $ref: '#/components/parameters/RequestId' }]
  return { get: { operationId, summary, tags: [tag], security: [], parameters, responses } }
}

function content(type: string, schema: JsonObject, value: unknown): JsonObject {
  return { [type]: { schema, examples: { 'how it begins': { value } } } }
}

function health(codes: readonly ErrorCode[]): JsonObject {
  return answers(jsonContent(HEALTH), codes)
}

function answers(content: JsonObject, codes: readonly ErrorCode[]): JsonObject {
  // What tells of life answers while the process shuts down too.
  const always = ALWAYS.filter((code) => code !== 'SHUTTING_DOWN')
  return {
    200: { description: 'Done', headers: headersOfAnswer(200, {}), content },
    ...errorAnswers([...always, ...codes]),
  }
}
