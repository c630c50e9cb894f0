/** What a relay is made of, and how it is set. */
import type {
  Clock,
  DeadLetterTopic,
  LaneLeases,
  OutboxReader,
  OutboxSettler,
  OutboxUpkeep,
  Publisher,
  WakeUp,
} from './pipeline/ports'
import type { FailedKeyPolicy } from './policy/settlement'
import type { RelayEvents } from './relay-events'

export interface RelaySettings {
  readonly pollIntervalMs: number
  readonly batchRows: number
  readonly batchBytes: number
  readonly leaseMs: number
  readonly renewEveryMs: number
  readonly publishTimeoutMs: number
  readonly shutdownTimeoutMs: number
  readonly failedKeyPolicy: FailedKeyPolicy
  readonly cloudEvents: boolean
  /** How long SENT rows are kept; zero is for ever. */
  readonly sentRetentionMs: number
}

export interface RelayParts {
  readonly outbox: OutboxReader & OutboxSettler & OutboxUpkeep
  readonly deadLetters: DeadLetterTopic
  readonly leases: LaneLeases
  readonly publisher: Publisher
  readonly clock: Clock
  /** A commit, or anything else that makes it worth looking. */
  readonly wakeUp: WakeUp
  /** Lanes were handed over, or a relay joined. */
  readonly lanesWakeUp: WakeUp
  /** A row FAILED for its own fault. */
  readonly upkeepWakeUp: WakeUp
  readonly events: RelayEvents
}
