/** The ids by which a row is known elsewhere: in the gateway's log, in a receipt, in a trace. */
import { parseTraceparent } from '@infinite-scribe/service-kit'
import type { ClaimedRow } from './pipeline/ports'

/** A dead letter is read without its traceparent. */
type NamedRow = Pick<ClaimedRow, 'id' | 'eventId' | 'value'> & Partial<Pick<ClaimedRow, 'traceparent'>>

export interface RowIds {
  outbox_id: string
  event_id: string | null
  /** Where its envelope names a command that caused it. */
  command_id?: string
  request_id?: string
  trace_id?: string
}

/** All ids of `row` that its envelope and its traceparent tell; it may be any text. */
export function idsOf({ id, eventId, traceparent, value }: NamedRow): RowIds {
  const { correlation_id: correlation, metadata } = members(parsed(value))
  const { request_id: request } = members(metadata)
  const trace = !traceparent ? undefined : parseTraceparent(traceparent)?.traceId
  return {
    outbox_id: id,
    event_id: eventId,
    // An event that no command caused is its own correlation.
    ...(typeof correlation === 'string' && correlation !== eventId && { command_id: correlation }),
    ...(typeof request === 'string' && { request_id: request }),
    ...(trace !== undefined && { trace_id: trace }),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
