/** Settles a published batch: decides what became of each row, has it written, and lets go of what waited for it. */
import { decideSettlement, type FailedKeyPolicy } from '../policy/settlement'
import type { ParkedClaims } from './claim-parked'
import type { InFlight } from './in-flight'
import type { Lanes } from './lanes'
import type { Clock } from './ports'
import type { AttemptedRow } from './publish'
import type { SettledBatch, SettlementWriter } from './settlement-writer'

/** Rows that were found parked and were handed back are looked at again after this. */
const HANDED_BACK_WAIT_MS = 500

export class Settling {
  constructor(
    private readonly writer: SettlementWriter,
    private readonly lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly parked: ParkedClaims,
    private readonly clock: Clock,
    private readonly failedKeyPolicy: FailedKeyPolicy,
  ) {}

  /**
   * Decides and writes what became of each row.
   * @param trial the batch tried a broker that had been away: its unavailability counts no attempt
   * @param giveUp asked before each further try
   * @returns what was settled; rows that the database refused may stay in flight, and be settled with a later batch
   */
  async settle(
    attempted: readonly AttemptedRow[],
    trial: boolean,
    giveUp: () => boolean,
  ): Promise<readonly SettledBatch[]> {
    const context = { now: this.clock.now(), failedKeyPolicy: this.failedKeyPolicy, trial }
    const decided = attempted.map(({ row, attempt }) => ({
      row,
      settlement: decideSettlement(row, attempt, context),
    }))
    const { isAnswered, batch } = await this.writer.write(decided, giveUp)
    for (const { row, settlement } of batch) {
      if (!isAnswered || (settlement.kind === 'hand_back' && !row.parked)) this.lanes.rewind(row)
    }
    this.inFlight.remove(batch.map(({ row }) => row))
    for (const { row, settlement } of batch) {
      if (settlement.kind !== 'sent') this.inFlight.holdIsVisible(row)
    }
    this.lookAtParked(batch)
    return batch
  }

  private lookAtParked(batch: readonly SettledBatch[]): void {
    const now = this.clock.monotonicMs()
    this.parked.keysAreFree(now)
    for (const { row, settlement } of batch) {
      if (settlement.kind === 'retry') this.parked.lookAt(now + settlement.delayMs)
      else if (settlement.kind === 'hand_back') {
        if (row.parked) this.parked.lookAt(now + HANDED_BACK_WAIT_MS)
      }
      // A failed row frees what waited behind it, and so does a parked one that was sent.
      else if (settlement.kind === 'failed' || row.parked) this.parked.lookAt(now)
    }
  }
}
