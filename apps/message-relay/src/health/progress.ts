/** Watches whether the relay gets anywhere: to be alive, and to settle or to claim nothing, is not health. */
import type { RelayEvents } from '../relay-events'

export interface Progress {
  /** What stands still, for people; empty when all is well. */
  stalled(): string[]
}

type Watched = Pick<
  RelayEvents,
  'claimed' | 'settled' | 'outboxRead' | 'leaseTooShort' | 'claimFailed' | 'settleFailed'
>

/**
 * @param patienceMs how long nothing may be settled while rows are due, or nothing be claimed
 */
export function watchProgress(patienceMs: number, monotonicMs: () => number): Progress & Watched {
  let inFlight = 0
  let waitingSince: number | undefined
  let unreadableSince: number | undefined
  let tooShortSince: number | undefined
  const seconds = (since: number): number => Math.round((monotonicMs() - since) / 1000)
  return {
    claimed: (rows) => {
      inFlight += rows.length
      waitingSince ??= monotonicMs()
    },
    settled: (batch) => {
      inFlight -= batch.length
      waitingSince = inFlight > 0 ? monotonicMs() : undefined
    },
    outboxRead: () => {
      unreadableSince = undefined
      tooShortSince = undefined
    },
    leaseTooShort: () => {
      tooShortSince ??= monotonicMs()
    },
    claimFailed: () => {
      unreadableSince ??= monotonicMs()
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
        reasons.push(
          `nothing was claimed for ${seconds(tooShortSince)} s: the lease never lasted for a publish`,
        )
      }
      return reasons
    },
  }
}
