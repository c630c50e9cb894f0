/** What happens in the relay that people and tools want to hear of. */
import type { CircuitEvents } from './pipeline/circuit-breaker'
import type { LeaseEvents } from './pipeline/lease-keeper'
import type { ClaimedRow } from './pipeline/ports'
import type { AttemptedRow } from './pipeline/publish'
import type { SettledBatch, SettlingEvents } from './pipeline/settlement-writer'
import type { Resting } from './pipeline/suspects'
import type { UpkeepEvents } from './pipeline/upkeep'

export interface RelayEvents extends CircuitEvents, LeaseEvents, SettlingEvents, UpkeepEvents {
  claimed(rows: readonly ClaimedRow[], tookMs: number): void
  /** The outbox is about to be read. */
  readBegins(): void
  /** The outbox was read, whether there was something in it or not. */
  outboxRead(): void
  /** Lanes are owned, and nothing is claimed from them: the lease does not last for a publish. */
  leaseTooShort(): void
  /** The outbox could not be read; it is tried again after `waitMs`. */
  claimFailed(error: unknown, waitMs: number): void
  /** FAILED rows of an outage are PENDING again. */
  setBack(rows: number): void
  /** The connection that hears the signals is away; it is made anew after `waitMs`. */
  listenerLost(error: unknown, waitMs: number): void
  /** A signal of a commit came. */
  wokenUp(): void
  published(attempted: readonly AttemptedRow[], tookMs: number): void
  settled(batch: readonly SettledBatch[], tookMs: number): void
  /** No broker answers for a record that is sent alone, though others are sent. */
  rests(resting: Resting): void
}

/** Tells each of `listeners` everything. */
export function tellAll(listeners: readonly RelayEvents[]): RelayEvents {
  return {
    claimed: (...event) => listeners.forEach((listener) => listener.claimed(...event)),
    readBegins: () => listeners.forEach((listener) => listener.readBegins()),
    outboxRead: () => listeners.forEach((listener) => listener.outboxRead()),
    leaseTooShort: () => listeners.forEach((listener) => listener.leaseTooShort()),
    claimFailed: (...event) => listeners.forEach((listener) => listener.claimFailed(...event)),
    setBack: (...event) => listeners.forEach((listener) => listener.setBack(...event)),
    published: (...event) => listeners.forEach((listener) => listener.published(...event)),
    settled: (...event) => listeners.forEach((listener) => listener.settled(...event)),
    rests: (...event) => listeners.forEach((listener) => listener.rests(...event)),
    settleFailed: (...event) => listeners.forEach((listener) => listener.settleFailed(...event)),
    unsettleable: (...event) => listeners.forEach((listener) => listener.unsettleable(...event)),
    notOurs: (...event) => listeners.forEach((listener) => listener.notOurs(...event)),
    lanesChanged: (...event) => listeners.forEach((listener) => listener.lanesChanged(...event)),
    listenerLost: (...event) => listeners.forEach((listener) => listener.listenerLost(...event)),
    wokenUp: () => listeners.forEach((listener) => listener.wokenUp()),
    deadLettered: (...event) => listeners.forEach((listener) => listener.deadLettered(...event)),
    deadLettersWait: (...event) => listeners.forEach((listener) => listener.deadLettersWait(...event)),
    deadLetterRefused: (...event) => listeners.forEach((listener) => listener.deadLetterRefused(...event)),
    removed: (...event) => listeners.forEach((listener) => listener.removed(...event)),
    upkeepFailed: (...event) => listeners.forEach((listener) => listener.upkeepFailed(...event)),
    renewed: () => listeners.forEach((listener) => listener.renewed()),
    renewalFailed: (...event) => listeners.forEach((listener) => listener.renewalFailed(...event)),
    circuit: (...event) => listeners.forEach((listener) => listener.circuit(...event)),
  }
}

/** A listener that hears nothing: the ground for one that hears a little. */
export const SILENT: RelayEvents = tellAll([])
