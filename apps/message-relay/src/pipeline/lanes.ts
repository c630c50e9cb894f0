/** The lanes this relay owns: their tokens, their cursors, and how long the lease can be relied on. */
import type { LaneTenure, RowRef } from './ports'

export interface OwnedLane extends LaneTenure {
  /** Every row up to here was read: settled, parked or in flight. */
  cursor: number
  /** How often the cursor went back: a read that began before one of them is not to be believed. */
  rewinds: number
  /** Where the cursor began; nothing is below it. */
  floor: number
  /** The last claim may not have read all of it. */
  hasMore: boolean
  /** It is about to be handed over: nothing more is claimed from it. */
  draining: boolean
}

/** Every row of `lane` up to here was read, and is settled or parked. */
export function dealtWith({ lane, cursor }: OwnedLane, lowestInFlight: ReadonlyMap<number, number>): number {
  return Math.min(cursor, (lowestInFlight.get(lane) ?? Infinity) - 1)
}

export class Lanes {
  private readonly byLane = new Map<number, OwnedLane>()
  private leaseUntil = 0

  /** Lanes that may be claimed from. */
  claimable(): OwnedLane[] {
    return [...this.byLane.values()].filter((lane) => !lane.draining)
  }

  all(): OwnedLane[] {
    return [...this.byLane.values()]
  }

  get size(): number {
    return this.byLane.size
  }

  /** True while the lane of `row` is held under the token that the row was claimed with. */
  holds(row: LaneTenure): boolean {
    return this.byLane.get(row.lane)?.token === row.token
  }

  /** True when rows of `row`'s lane may still enter the pipeline. */
  mayClaim(row: LaneTenure): boolean {
    const lane = this.byLane.get(row.lane)
    return lane?.token === row.token && !lane.draining
  }

  get(lane: number): OwnedLane | undefined {
    return this.byLane.get(lane)
  }

  /**
   * Replaces what is owned by what a renewal returned.
   * @param leaseUntil the relay's own clock, ms: reckoned from before the renewal was sent, so never late
   * @returns the lanes gained and lost
   */
  renewed(
    owned: readonly (LaneTenure & { lowWater: number })[],
    leaseUntil: number,
  ): { gained: number[]; lost: number[] } {
    this.leaseUntil = leaseUntil
    const gained: number[] = []
    const now = new Set(owned.map(({ lane }) => lane))
    const lost = [...this.byLane.keys()].filter((lane) => !now.has(lane))
    for (const lane of lost) this.byLane.delete(lane)
    for (const { lane, token, lowWater } of owned) {
      if (this.byLane.get(lane)?.token === token) continue
      if (this.byLane.has(lane)) lost.push(lane)
      gained.push(lane)
      this.byLane.set(lane, {
        lane,
        token,
        cursor: lowWater,
        rewinds: 0,
        floor: lowWater,
        hasMore: true,
        draining: false,
      })
    }
    return { gained, lost }
  }

  forget(lanes: readonly LaneTenure[]): void {
    for (const lane of lanes) if (this.holds(lane)) this.byLane.delete(lane.lane)
  }

  /** Milliseconds for which nobody else can own these lanes. */
  leaseLeftMs(now: number): number {
    return this.leaseUntil - now
  }

  /** The cursor goes back so that `row`, which was read and not dealt with, is read again. */
  rewind(row: RowRef): void {
    const lane = this.byLane.get(row.lane)
    if (lane?.token === row.token) this.rewindTo(lane, row.seq - 1)
  }
  /** The cursor goes back: what lies beyond `seq` is read again, but for what is in flight. */
  rewindTo(lane: OwnedLane, seq: number): void {
    lane.cursor = Math.min(lane.cursor, seq)
    lane.rewinds += 1
    lane.hasMore = true
  }
}
