/** The OpenAPI 3.1 document, made from the schemas that validate. */
import { STATUS_OF } from '../http/error-map'
import type { Endpoint } from '../http/endpoint'
import { IDEMPOTENCY_KEY_SCHEMA } from '../http/request-headers'
import type { JsonSchema } from '../json-schema'
import type { CommandCatalog } from '../genesis/command-catalog'
import { errorAnswers, headersOfAnswer, type JsonObject } from './answers'
import { commandVariants } from './command-variants'
import { ERROR_CODES, errorSchema, errorSchemaName } from './error-schemas'
import { nameOf, operationOf } from './operation'
import { streamOperation, TASK_PROGRESS } from './stream-operation'
import { AGENT_SCOPE } from '../tasks/task-service'
import { HEALTH, unauthenticatedOperations } from './unauthenticated-operations'

export interface Interface {
  /** What the document is made of, under the heading that each group has in it. */
  readonly endpoints: Readonly<Record<string, readonly Endpoint[]>>
  /** Schemas that others refer to by their $id. */
  readonly shared: readonly JsonSchema[]
  /** The body of a command, whose variants the catalog knows. */
  readonly commandBody: JsonSchema
  readonly catalog: CommandCatalog
}

export type OpenApiDocument = JsonObject & {
  readonly paths: Readonly<Record<string, JsonObject>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> } & JsonObject
}

const DESCRIPTION = `Drives the creation of a novel: open a session, send commands, follow the events.

Every error is \`{"error_code", "message"}\` plus named details. A command answered with 2xx has its event on Kafka at least
once; a command answered with anything else left nothing behind, but for \`OUTCOME_UNKNOWN\`: all or nothing, and the same
\`Idempotency-Key\` settles which. Bodies are JSON in UTF-8 (gzip, deflate and br are understood), at most 100 KB.
A path that is not here is answered with 404 \`NOT_FOUND\`, a method that is not here with 405 \`METHOD_NOT_ALLOWED\`;
\`HEAD\` is answered like \`GET\`, without the body.`

/** The document of `described`, whose examples are good for a gateway at the same origin. */
export function createDocument(described: Interface): OpenApiDocument {
  const variants = commandVariants(described.catalog, described.commandBody)
  const commandBody = nameOf(described.commandBody)
  const groups = Object.entries(described.endpoints)
  const endpoints = groups.flatMap(([, group]) => group)
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const [tag, group] of groups) {
    for (const endpoint of group) {
      const isCommand = endpoint.body !== undefined && nameOf(endpoint.body) === commandBody
      const operation = operationOf(endpoint, tag, isCommand ? variants.examples : undefined)
      paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation }
    }
  }
  const schemas = [...endpoints.flatMap(schemasOf), ...described.shared, TASK_PROGRESS, HEALTH]
  return {
    openapi: '3.1.1',
    info: {
      title: 'Infinite Scribe: genesis',
      version: '1.0.0',
      summary: 'Commands in, events out',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...Object.keys(described.endpoints), 'Health', 'Documentation'].map((name) => ({ name })),
    paths: { ...paths, '/events/stream': { get: streamOperation() }, ...unauthenticatedOperations() },
    components: {
      securitySchemes: SECURITY_SCHEMES,
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: ANY_ROUTE,
      schemas: {
        ...Object.fromEntries(schemas.map((schema) => [nameOf(schema), component(schema)])),
        ...variants.schemas,
        ErrorCode: { title: 'Every error_code there is', type: 'string', enum: ERROR_CODES },
        ...Object.fromEntries(ERROR_CODES.map((code) => [errorSchemaName(code), errorSchema(code)])),
      },
    },
  }
}

function schemasOf({ body, answers }: Endpoint): JsonSchema[] {
  return [...(body ? [body] : []), ...Object.values(answers)]
}

/** A schema as a component: known by its place instead of its $id, and referring to others by theirs. */
function component({ $id, ...schema }: JsonSchema): JsonSchema {
  void $id
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && !value.startsWith('#')
      ? `#/components/schemas/${value}`
      : value,
  ) as JsonSchema
}

const SECURITY_SCHEMES: JsonObject = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'With `exp`, a `sub`, the expected issuer and audience. ' +
      `\`${AGENT_SCOPE}\` is an entry of its \`scope\`.`,
  },
  ticket: {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description:
      'Single-use, for browsers whose EventSource cannot send headers: POST /events/stream/tickets',
  },
}

const PARAMETERS: JsonObject = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes a repeated request harmless: the same key and the same request get the first answer again. Scoped to the session, or to the user where a session is opened.',
    schema: IDEMPOTENCY_KEY_SCHEMA,
  },
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description: 'Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs.',
    schema: { type: 'string' },
  },
}

const text = { type: 'string' }
const HEADERS: JsonObject = {
  'X-Request-Id': { description: "The request's id, which the logs know", required: true, schema: text },
  Location: {
    description: 'Where to look next',
    required: true,
    schema: { ...text, format: 'uri-reference' },
  },
  'Idempotent-Replayed': {
    description: '`true` where this very request was carried out, or is under way, already',
    schema: { ...text, enum: ['true'] },
  },
  'Retry-After': { description: 'In seconds', schema: { type: 'integer', minimum: 0 } },
  RateLimit: { description: 'What is left of the rate (draft-8)', schema: text },
  'RateLimit-Policy': { description: 'The rate (draft-8)', schema: text },
  'WWW-Authenticate': { description: 'Bearer', required: true, schema: text },
  Allow: { description: 'What the path knows', required: true, schema: text },
}

/** Answers to paths and methods that the document does not have. */
const ANY_ROUTE: JsonObject = {
  OPTIONS: {
    description: 'What the path knows; answers a preflight too, without a token',
    headers: { ...headersOfAnswer(204, {}), Allow: { $ref: '#/components/headers/Allow' } },
  },
  ...Object.fromEntries(
    (['NOT_FOUND', 'METHOD_NOT_ALLOWED'] as const).map((code) => [
      code,
      errorAnswers([code])[STATUS_OF[code]],
    ]),
  ),
}
