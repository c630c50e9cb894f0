/** Makes envelopes of decided events: each the next link of its session's chain. */
import { randomUUID } from 'node:crypto'
import { AGGREGATE_TYPE, checkEnvelope, type EventEnvelope } from '@infinite-scribe/shared-types'
import type { DecidedEvent } from '../genesis/decision'

/** Where the session's chain ends. */
export interface ChainHead {
  readonly sessionId: string
  readonly owner: string
  /** aggregate_version of the last event; 0 before the first. */
  readonly version: number
  readonly lastEventId: string | null
}

/** What stands behind the events. */
export interface Origin {
  /** The command that caused them; an event about a task is tied to the command that asked for the task. */
  readonly commandId: string | null
  readonly actor: string
  readonly requestId?: string
  readonly at: Date
}

export const SOURCE_SERVICE = 'api-gateway'

/**
 * The events as envelopes, in their order, without a gap after `head`.
 * @throws {InvalidEnvelopeError} and {InvalidEventNameError} for what must not be written.
 */
export function chain(head: ChainHead, events: readonly DecidedEvent[], origin: Origin): EventEnvelope[] {
  const timestamp = origin.at.toISOString()
  let { version, lastEventId } = head
  return events.map((event) => {
    const eventId = randomUUID()
    const task = event.opens ?? event.ends
    const envelope: EventEnvelope = {
      event_id: eventId,
      correlation_id: task?.commandId ?? origin.commandId ?? eventId,
      causation_id: lastEventId,
      event_type: event.type,
      event_version: 1,
      aggregate_type: AGGREGATE_TYPE,
      aggregate_id: head.sessionId,
      aggregate_version: ++version,
      payload: event.payload,
      metadata: {
        user_id: head.owner,
        actor: origin.actor,
        ...(task ? { task_id: task.taskId } : {}),
        source_service: SOURCE_SERVICE,
        timestamp,
        ...(origin.requestId === undefined ? {} : { request_id: origin.requestId }),
      },
      created_at: timestamp,
    }
    lastEventId = eventId
    return checkEnvelope(envelope)
  })
}
