/** One endpoint as an operation of the document. */
import { uuid } from '../field-schemas'
import type { ErrorCode } from '../http/error-map'
import type { Endpoint } from '../http/endpoint'
import { INVALID_ID, type PathId } from '../http/path-ids'
import type { JsonSchema } from '../json-schema'
import { ALWAYS, errorAnswers, headersOfAnswer, type JsonObject } from './answers'
import { EXAMPLE_IDS, EXAMPLES } from './examples'

const IDS_IN_PATHS = /\{(\w+)\}/g
const TOKEN: readonly ErrorCode[] = ['MISSING_TOKEN', 'INVALID_TOKEN', 'TOKEN_EXPIRED']
const BODY: readonly ErrorCode[] = [
  'INVALID_JSON',
  'VALIDATION_ERROR',
  'PAYLOAD_TOO_DEEP',
  'INVALID_CHARACTER',
  'INVALID_ENCODING',
  'NUMBER_OUT_OF_RANGE',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
]
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted: a task will finish it',
}

/** The name of a schema's component. @throws when the schema has none. */
export function nameOf(schema: JsonSchema): string {
  if (typeof schema.$id !== 'string') throw new Error('a schema of the interface has no $id')
  return schema.$id
}

/** JSON content with the examples of its schema. */
export function jsonContent(schema: JsonSchema, examples?: JsonObject): JsonObject {
  const name = nameOf(schema)
  const named = Object.entries(EXAMPLES[name] ?? {}).map(([title, value]) => [title, { value }] as const)
  return {
    'application/json': {
      schema: { $ref: `#/components/schemas/${name}` },
      examples: examples ?? Object.fromEntries(named),
    },
  }
}

/**
 * The operation of `endpoint`.
 * @param bodyExamples those of its body, when they are not found by the schema's name
 */
export function operationOf(endpoint: Endpoint, tag: string, bodyExamples?: JsonObject): JsonObject {
  const { operationId, summary, scope, body, bodyOptional, answers } = endpoint
  const has = {
    ...(endpoint.location === undefined ? {} : { location: endpoint.location }),
    rateLimit: endpoint.rateLimited === true,
    replay: endpoint.takesIdempotencyKey === true,
  }
  return {
    operationId,
    summary,
    tags: [tag],
    ...(scope === undefined ? {} : { description: `For agents: the token needs the scope \`${scope}\`.` }),
    // In OpenAPI 3.1 a bearer token may name the roles that it needs.
    security: [{ bearer: scope === undefined ? [] : [scope] }],
    parameters: parametersOf(endpoint),
    ...(body && {
      requestBody: { required: bodyOptional !== true, content: jsonContent(body, bodyExamples) },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          {
            description: DESCRIPTIONS[status],
            headers: headersOfAnswer(Number(status), has),
            content: jsonContent(schema),
          },
        ]),
      ),
      ...errorAnswers(codesOf(endpoint), has),
    },
  }
}

/** The ids that a path holds, in their order. */
export function idsIn(path: string): PathId[] {
  return [...path.matchAll(IDS_IN_PATHS)].map(([, id]) => id as PathId)
}

function parametersOf({ path, query, takesIdempotencyKey }: Endpoint): JsonObject[] {
  return [
    ...idsIn(path).map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: uuid,
      example: EXAMPLE_IDS[name],
    })),
    ...Object.entries(query?.properties ?? {}).map(([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      ...(description === undefined ? {} : { description }),
      schema,
    })),
    ...(takesIdempotencyKey ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    { $ref: '#/components/parameters/RequestId' },
  ]
}

function codesOf({ method, path, query, body, ...endpoint }: Endpoint): ErrorCode[] {
  const ids = idsIn(path)
  return [
    ...ALWAYS,
    ...TOKEN,
    ...(endpoint.scope === undefined ? [] : (['FORBIDDEN'] as const)),
    ...(endpoint.rateLimited ? (['RATE_LIMITED'] as const) : []),
    ...(ids.length > 0 ? (['INVALID_PATH'] as const) : []),
    ...ids.map((id) => INVALID_ID[id]),
    ...(query ? (['VALIDATION_ERROR'] as const) : []),
    ...(endpoint.takesIdempotencyKey ? (['INVALID_IDEMPOTENCY_KEY'] as const) : []),
    'NOT_ACCEPTABLE',
    ...(body ? BODY : []),
    ...(endpoint.refusals ?? []),
    'SERVICE_UNAVAILABLE',
    'OUTCOME_UNKNOWN',
    ...(method === 'post' ? (['CONCURRENCY_CONFLICT'] as const) : []),
  ]
}
