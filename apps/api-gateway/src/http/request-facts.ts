/** What is known of a request while it is answered, for its log line, its metrics and its error answers. */
import type { ServerResponse } from 'node:http'
import type { Caller } from '../ports'
import type { ErrorCode } from './error-map'
import type { PathId } from './path-ids'
import type { RefusalReason } from './refusal-reason'

export interface RequestFacts {
  readonly requestId: string
  /** `performance.now()` when the headers had arrived. */
  readonly startedAtMs: number
  /** Of the request's own span where it is traced, else the one it came with, if any. */
  traceparent: string | undefined
  /** The route's pattern, or `unmatched`. */
  route: string
  /** Percent escapes in the path that mean nothing. */
  undecodablePath: boolean
  /** A stream: its end is no answer, and its length no measure. */
  endless: boolean
  caller?: Caller
  /** Those of the path that are UUIDs, by the names they have in the log. */
  ids?: Readonly<Partial<Record<PathId, string>>>
  commandId?: string
  /** Of a command: the first event that it wrote. */
  eventId?: string
  errorCode?: ErrorCode
  /** Why it was turned away before any work was done for it. */
  refusedFor?: RefusalReason
  /** What stood behind a fault; for the log alone. */
  fault?: unknown
}

const known = new WeakMap<ServerResponse, RequestFacts>()

/** Begins the facts of the request that `response` answers. */
export function beginFacts(response: ServerResponse, requestId: string, traceparent?: string): RequestFacts {
  const facts = {
    requestId,
    startedAtMs: performance.now(),
    traceparent,
    route: 'unmatched',
    undecodablePath: false,
    endless: false,
  }
  known.set(response, facts)
  return facts
}

/** The facts that {@link beginFacts} began. */
export function factsOf(response: ServerResponse): RequestFacts {
  const facts = known.get(response)
  if (!facts) throw new Error('a response was answered whose request was never begun')
  return facts
}
