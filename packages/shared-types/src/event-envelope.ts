/** The envelope of every event: stored in domain_events, copied whole into the outbox, sent as the Kafka value. */
import { parseEventName } from './event-name'
import { isUuid } from './uuid'

export const AGGREGATE_TYPE = 'GENESIS_SESSION'

/** Who and what stood behind an event. */
export interface EventMetadata {
  /** The session's owner. */
  user_id: string
  /** The caller: the owner, or the agent that reported. */
  actor: string
  /** Where there is one. */
  task_id?: string
  source_service: string
  /** ISO 8601, UTC. */
  timestamp: string
  request_id?: string
}

export interface EventEnvelope<Type extends string = string, Payload = unknown> {
  event_id: string
  /** The command in command_inbox, or the event itself where no command caused it. */
  correlation_id: string
  /** The aggregate's previous event; null for its first. */
  causation_id: string | null
  event_type: Type
  event_version: number
  aggregate_type: string
  aggregate_id: string
  /** 1, 2, 3 … without a gap. */
  aggregate_version: number
  payload: Payload
  metadata: EventMetadata
  /** ISO 8601, UTC. */
  created_at: string
}

/** Thrown for an envelope that must not be written. */
export class InvalidEnvelopeError extends Error {
  override readonly name = 'InvalidEnvelopeError'
  constructor(readonly problem: string) {
    super(`the event envelope is refused: ${problem}`)
  }
}

/**
 * Lets an envelope through that may be written, whatever the compiler was told of it.
 * @throws {InvalidEnvelopeError} without `event_id`, `correlation_id` or the `causation_id` field, or with a wrong version.
 * @throws {InvalidEventNameError} for a wrong `event_type`.
 */
export function checkEnvelope<E extends EventEnvelope>(envelope: E): E {
  requireUuid('event_id', envelope.event_id)
  requireUuid('correlation_id', envelope.correlation_id)
  // The field must be there even where it is null: its absence is a writer that forgot the chain.
  const causation: unknown = envelope.causation_id
  if (causation !== null) requireUuid('causation_id', causation)
  parseEventName(envelope.event_type)
  requirePositive('event_version', envelope.event_version)
  requirePositive('aggregate_version', envelope.aggregate_version)
  requireText('aggregate_type', envelope.aggregate_type)
  requireText('aggregate_id', envelope.aggregate_id)
  return envelope
}

function requireUuid(field: string, value: unknown): void {
  if (!isUuid(value)) throw new InvalidEnvelopeError(`${field} is no UUID`)
}

function requirePositive(field: string, value: unknown): void {
  if (!Number.isInteger(value) || (value as number) < 1)
    throw new InvalidEnvelopeError(`${field} is no positive integer`)
}

function requireText(field: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw new InvalidEnvelopeError(`${field} is empty`)
}
