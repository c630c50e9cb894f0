/** Watches whether the relay gets anywhere: rows that are due and none settled is not health. */
import type { RelayEvents } from '../relay-events'

export interface Progress {
  /** What stands still, for people; empty when all is well. */
  stalled(): string[]
}

type Watched = Pick<RelayEvents, 'claimed' | 'settled' | 'claimFailed' | 'settleFailed'>

/**
 * @param patienceMs how long nothing may be settled while rows are due
 */
export function watchProgress(patienceMs: number, monotonicMs: () => number): Progress & Watched {
  let inFlight = 0
  let waitingSince: number | undefined
  let unreadableSince: number | undefined
  const seconds = (since: number): number => Math.round((monotonicMs() - since) / 1000)
  return {
    claimed: (rows) => {
      inFlight += rows.length
      waitingSince ??= monotonicMs()
      unreadableSince = undefined
    },
    settled: (batch) => {
      inFlight -= batch.length
      waitingSince = inFlight > 0 ? monotonicMs() : undefined
      unreadableSince = undefined
    },
    claimFailed: () => {
      unreadableSince ??= monotonicMs()
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
      return reasons
    },
  }
}
