/** How many lanes a relay should own. */

export const LANES = 64

/** The share of one of `relays` live relays, rounded up so that no lane is left without an owner. */
export function fairShare(relays: number): number {
  return Math.ceil(LANES / Math.max(relays, 1))
}
