/** Keeps the leases: renews what is owned, takes a fair share, hands over what is too much. */
import type { InFlight } from './in-flight'
import type { Lanes, OwnedLane } from './lanes'
import type { LateRows } from './late-rows'
import type { Clock, LaneLeases } from './ports'

export interface LeaseEvents {
  lanesChanged(change: {
    gained: number
    lost: number
    released: number
    owned: number
    relays: number
  }): void
  renewed(): void
  renewalFailed(error: unknown): void
}

export interface LeaseTimes {
  readonly leaseMs: number
  readonly renewEveryMs: number
}

interface Kept {
  /** No lane waits to be handed over or to be taken, and nothing failed. */
  readonly settled: boolean
  readonly toRead: boolean
}

/** While lanes wait to be handed over or to be taken, or after a failure, the next renewal comes sooner. */
const SOON_MS = 250

export class LeaseKeeper {
  private renewing: Promise<Kept> | undefined

  constructor(
    private readonly leases: LaneLeases,
    private readonly lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly late: LateRows,
    private readonly clock: Clock,
    private readonly times: LeaseTimes,
    private readonly events: LeaseEvents,
  ) {}

  /**
   * Renews once, one at a time.
   * @returns the milliseconds until the next renewal is due, and whether there are lanes to read that there were not: such
   * as came, were kept, or had lapsed, for what is read under a lapsed lease is nothing
   */
  async renew(): Promise<{ waitMs: number; toRead: boolean }> {
    this.renewing ??= this.renewOnce().finally(() => (this.renewing = undefined))
    const { settled, toRead } = await this.renewing
    return { waitMs: settled ? this.times.renewEveryMs : SOON_MS, toRead }
  }

  /** Hands every lane over. What is still in flight cannot be settled after it. @throws what the database throws */
  async releaseAll(): Promise<void> {
    await this.renewing
    const lanes = this.lanes.all()
    for (const lane of lanes) lane.draining = true
    await this.leases.leave(this.withLowWater(lanes))
    this.lanes.forget(lanes)
  }

  private async renewOnce(): Promise<Kept> {
    const startedAt = this.clock.monotonicMs()
    const { seen } = this.late
    let toRead = false
    try {
      const renewal = await this.leases.renew(this.withLowWater(this.lanes.all()))
      const hadLapsed = this.lanes.leaseLeftMs(this.clock.monotonicMs()) <= 0
      this.events.renewed()
      this.late.boundary(renewal.xid, seen)
      const { gained, lost } = this.lanes.renewed(renewal.owned, startedAt + this.times.leaseMs)
      // A hand-over that fails takes nothing from what has come.
      toRead = gained.length > 0 || hadLapsed
      const drained = this.lanes.all().filter(({ draining }) => draining)
      const released = await this.handOverSurplus(renewal.share)
      if (gained.length + lost.length + released > 0) {
        this.events.lanesChanged({
          gained: gained.length,
          lost: lost.length,
          released,
          owned: this.lanes.size,
          relays: renewal.relays,
        })
      }
      return {
        settled: renewal.skipped === 0 && this.lanes.all().every(({ draining }) => !draining),
        toRead: toRead || drained.some(({ draining }) => !draining),
      }
    } catch (error) {
      this.events.renewalFailed(error)
      return { settled: false, toRead }
    }
  }

  /** Lanes beyond the share are drained, and released once nothing of them is in flight. */
  private async handOverSurplus(share: number): Promise<number> {
    const owned = this.lanes.all()
    const lowest = this.inFlight.lowestByLane()
    const busy = ({ lane }: OwnedLane): boolean => lowest.has(lane)
    // Idle lanes first: they can go at once.
    owned.sort((a, b) => Number(b.draining) - Number(a.draining) || Number(busy(a)) - Number(busy(b)))
    const surplus = Math.max(0, owned.length - share)
    owned.forEach((lane, index) => {
      const draining = index < surplus
      // No late row of it is looked for from here on: what is covered later says nothing of this lane.
      if (draining && !lane.draining) this.lanes.rewindTo(lane, this.late.lowWater(lane, lowest))
      lane.draining = draining
    })
    const ready = owned.filter((lane) => lane.draining && !busy(lane))
    if (ready.length === 0) return 0
    await this.leases.release(this.withLowWater(ready))
    this.lanes.forget(ready)
    return ready.length
  }

  private withLowWater(lanes: readonly OwnedLane[]) {
    const lowest = this.inFlight.lowestByLane()
    return lanes.map((lane) => ({
      lane: lane.lane,
      token: lane.token,
      lowWater: this.late.lowWater(lane, lowest),
    }))
  }
}
