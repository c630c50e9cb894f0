/** Watches whether the relay gets anywhere: to be alive, and to settle or to claim nothing, is not health. */
import type { RelayEvents } from '../relay-events'

export interface Progress {
  /** What stands still, for people; empty when all is well. */
  stalled(): string[]
}

type Watched = Pick<
  RelayEvents,
  | 'claimed'
  | 'settled'
  | 'readBegins'
  | 'outboxRead'
  | 'leaseTooShort'
  | 'renewed'
  | 'renewalFailed'
  | 'claimFailed'
  | 'settleFailed'
>

/**
 * @param patienceMs how long nothing may be settled while rows are due, or nothing be claimed
 */
export function watchProgress(patienceMs: number, monotonicMs: () => number): Progress & Watched {
  let inFlight = 0
  let waitingSince: number | undefined
  let unreadableSince: number | undefined
  let tooShortSince: number | undefined
  let unrenewedSince: number | undefined
  const seconds = (since: number): number => Math.round((monotonicMs() - since) / 1000)
  return {
    claimed: (rows) => {
      inFlight += rows.length
      waitingSince ??= monotonicMs()
    },
    settled: (batch) => {
      // Refused, all of it, and left for later.
      if (batch.length === 0) return
      inFlight -= batch.length
      waitingSince = inFlight > 0 ? monotonicMs() : undefined
    },
    // Not from its first failure: a statement that a lock holds up fails as late as its time-out.
    readBegins: () => {
      unreadableSince ??= monotonicMs()
    },
    outboxRead: () => {
      unreadableSince = undefined
      tooShortSince = undefined
    },
    leaseTooShort: () => {
      tooShortSince ??= monotonicMs()
    },
    renewed: () => {
      // While it could not be renewed it was too short for that reason alone.
      if (unrenewedSince !== undefined) tooShortSince = undefined
      unrenewedSince = undefined
    },
    renewalFailed: () => {
      unrenewedSince ??= monotonicMs()
    },
    claimFailed: () => {
      tooShortSince = undefined
    },
    settleFailed: () => {
      waitingSince ??= monotonicMs()
    },
    stalled: () => {
      const reasons: string[] = []
      if (waitingSince !== undefined && monotonicMs() - waitingSince > patienceMs) {
        reasons.push(`${inFlight} rows are due and none was settled for ${seconds(waitingSince)} s`)
      }
      if (unreadableSince !== undefined && monotonicMs() - unreadableSince > patienceMs) {
        reasons.push(`the outbox could not be read for ${seconds(unreadableSince)} s`)
      }
      if (tooShortSince !== undefined && monotonicMs() - tooShortSince > patienceMs) {
        const why =
          unrenewedSince === undefined
            ? 'the lease never lasted for a publish'
            : `PostgreSQL has not renewed the lease for ${seconds(unrenewedSince)} s`
        reasons.push(`nothing was claimed for ${seconds(tooShortSince)} s: ${why}`)
      }
      return reasons
    },
  }
}
