/** What a route is: one call of the interface, said once for validation, routing and the OpenAPI document. */
import { isRefusal, type Refusal, type RefusalCode } from '../outcome'
import type { RequestContext } from '../ports'
import type { PathId } from './path-ids'
import type { QuerySchema } from './query'
import type { JsonSchema } from '../json-schema'

/** A request whose every part was found to be in order. */
export interface Understood<Body = unknown, Query = unknown> {
  readonly context: RequestContext
  readonly ids: Readonly<Record<PathId, string>>
  readonly query: Query
  readonly body: Body
  readonly idempotencyKey?: string
  /** Of the caller's token: seconds since the epoch. */
  readonly tokenExpiresAtSeconds: number
}

export interface Answer {
  readonly status: 200 | 201 | 202
  readonly body: unknown
  readonly location?: string
  readonly replayed?: boolean
  /** For the log. */
  readonly commandId?: string
  readonly eventId?: string
}

export interface Endpoint<Body = unknown, Query = unknown> {
  readonly method: 'get' | 'post'
  /** As OpenAPI writes it: /tasks/{task_id}. */
  readonly path: string
  /** The call's name in the document and in clients made from it. */
  readonly operationId: string
  readonly summary: string
  /** A scope that the caller's token needs. */
  readonly scope?: string
  /** Counts against the caller's rate. */
  readonly rateLimited?: boolean
  readonly takesIdempotencyKey?: boolean
  /** A session's requests wait for each other: at work, they count as one. */
  readonly oneAtATime?: boolean
  readonly query?: QuerySchema
  readonly body?: JsonSchema
  /** An absent body stands for {}. */
  readonly bodyOptional?: boolean
  /** The schemas of what it answers when all goes well, by status. */
  readonly answers: Readonly<Partial<Record<200 | 201 | 202, JsonSchema>>>
  /** Where the Location of a 201 or 202 points, for the document. */
  readonly location?: string
  /** What the rules of the product refuse it with, for the document; what its gates refuse follows from the rest. */
  readonly refusals?: readonly RefusalCode[]
  handle(request: Understood<Body, Query>): Promise<Answer | Refusal>
}

/** An endpoint whose body and query types are those that its schemas admit. */
export function endpoint<Body = unknown, Query = unknown>(definition: Endpoint<Body, Query>): Endpoint {
  return definition
}

/** The answer 200 with a service's view, or its refusal. */
export function ok(view: object): Answer | Refusal {
  return isRefusal(view) ? view : { status: 200, body: view }
}
