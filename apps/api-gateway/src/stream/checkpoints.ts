/**
 * Remembers how far the ids had got when a transaction id was given out.
 *
 * An event takes its id after its transaction has taken its own (the default of domain_events.id sees to it). So
 * a transaction younger than a checkpoint's writes only greater ids than that checkpoint had seen. A snapshot's
 * xmax will not do for this: a transaction at or above it may have begun, and drawn its ids, before the snapshot.
 */

export interface Checkpoint {
  /** Given out after `highestId` had been seen. */
  readonly xid: bigint
  readonly highestId: bigint
}

/** Above this many the older half is thinned: an older checkpoint is as right, it only makes a scan longer. */
export const MAX_CHECKPOINTS = 64
/** A new one is worth a transaction id when this many events came since the last. */
export const EVENTS_BETWEEN = 200n

export class Checkpoints {
  private kept: Checkpoint[]

  /** @param floor holds for every transaction that is older than all checkpoints */
  constructor(private readonly floor: bigint) {
    this.kept = [{ xid: 0n, highestId: floor }]
  }

  /** Whether enough has happened since the last one. */
  due(highestId: bigint): boolean {
    return highestId - (this.kept.at(-1)?.highestId ?? this.floor) >= EVENTS_BETWEEN
  }

  /** @param oldestRunning below it no transaction is running: checkpoints that only such ones need are forgotten */
  add(checkpoint: Checkpoint, oldestRunning: bigint): void {
    this.kept.push(checkpoint)
    const needed = this.kept.findLastIndex(({ xid }) => xid < oldestRunning)
    if (needed > 0) this.kept = this.kept.slice(needed)
    if (this.kept.length > MAX_CHECKPOINTS) {
      const half = this.kept.length >>> 1
      this.kept = this.kept.filter((_, index) => index >= half || index % 2 === 0)
    }
  }

  /** No transaction with this id or a greater one writes an event whose id is not above the answer. */
  before(xid: bigint): bigint {
    return this.kept.findLast((checkpoint) => checkpoint.xid < xid)?.highestId ?? 0n
  }

  /** All of them, ascending. */
  list(): readonly Checkpoint[] {
    return this.kept
  }
}
