/** Keeps what the policy of late commits needs: boundaries, snapshots, and the look that is still to be taken. */
import {
  NOTHING_KNOWN,
  coveredUpTo,
  noteBoundary,
  nothingAppearsUpTo,
  parseSnapshot,
  sweepFrom,
  type LateCommits,
  type Snapshot,
} from '../policy/late-commits'
import type { InFlight } from './in-flight'
import { dealtWith, type OwnedLane } from './lanes'

interface Look {
  readonly from: number
  readonly snapshot: Snapshot
  /** Where each lane's cursor stood. What lies beyond is the cursor's business, so that a look comes to an end. */
  readonly upTo: ReadonlyMap<number, number>
  readonly readTo: Map<number, number>
}

export class LateRows {
  private state: LateCommits = NOTHING_KNOWN
  private highestSeen = 0
  private pending: Look | undefined

  /** The greatest seq that any finished claim has seen; to be taken before a transaction of ours begins. */
  get seen(): number {
    return this.highestSeen
  }

  /** Everything up to `seq` had been seen before transaction `xid` of ours began, which has ended. */
  boundary(xid: bigint, seq: number): void {
    this.state = noteBoundary(this.state, { xid, seq })
  }

  /**
   * A read beyond the cursors of `lanes` saw `snapshot`.
   * @returns true when rows may have become visible behind the cursors: they go before what that read found, for
   * one of them may be the earlier row of its key
   */
  appearedBehind(snapshotText: string, lanes: readonly OwnedLane[]): boolean {
    const snapshot = parseSnapshot(snapshotText)
    const from = sweepFrom(this.state, snapshot)
    if (from === undefined || from >= this.highestSeen) {
      // Nothing can have appeared, or what seemed to have was a transaction of ours.
      this.state = coveredUpTo(this.state, snapshot)
      return false
    }
    const upTo = new Map(lanes.map(({ lane, cursor }) => [lane, cursor]))
    this.pending = { from, snapshot, upTo, readTo: new Map() }
    return true
  }

  /** A claim read up to `seq`. */
  claimed(seq: number): void {
    this.highestSeen = Math.max(this.highestSeen, seq)
  }

  get sweepWanted(): boolean {
    return this.pending !== undefined
  }

  /** The part of each lane behind the cursor where rows may have appeared, lanes not looked at yet first. */
  rangesToSweep(lanes: readonly OwnedLane[]): { lane: OwnedLane; after: number; upTo: number }[] {
    const { pending } = this
    if (!pending) return []
    return lanes
      .map((lane) => ({
        lane,
        after: Math.max(pending.from, lane.floor, pending.readTo.get(lane.lane) ?? 0),
        upTo: Math.min(lane.cursor, pending.upTo.get(lane.lane) ?? 0),
      }))
      .filter(({ after, upTo }) => after < upTo)
      .sort((a, b) => Number(pending.readTo.has(a.lane.lane)) - Number(pending.readTo.has(b.lane.lane)))
  }

  /** A look at `lane` reached `readTo`. */
  swept(lane: number, readTo: number): void {
    this.pending?.readTo.set(lane, readTo)
  }

  sweepFinished(): void {
    if (!this.pending) return
    this.state = coveredUpTo(this.state, this.pending.snapshot)
    this.pending = undefined
  }

  /** Every row of `lane` up to here is settled or parked, and none can still appear. */
  lowWater(lane: OwnedLane, lowestInFlight: ReturnType<InFlight['lowestByLane']>): number {
    return Math.max(lane.floor, Math.min(dealtWith(lane, lowestInFlight), nothingAppearsUpTo(this.state)))
  }
}
