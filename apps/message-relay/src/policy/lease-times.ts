/** How the time of a lease is divided. Lengths come out in the unit that they are given in. */

/** Two renewals may fail before a lease lapses. */
export function renewalInterval(lease: number): number {
  return lease * 0.3
}

/**
 * A publish begins only where the lease outlasts it. So that there is time for one until the next renewal, a tenth of
 * the lease beyond the interval is left to the renewal's own way and to the claim.
 */
export function longestPublish(lease: number): number {
  return lease * 0.6
}

/** The shortest lease that has time for such a publish. */
export function shortestLease(publish: number): number {
  return publish / 0.6
}
