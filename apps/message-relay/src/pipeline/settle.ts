/** Settles a published batch, trying again until the database has answered or the lanes are another's. */
import { isRefusal, mayBlameARow, refusedSettlement } from '../policy/refused-settlement'
import { decideSettlement, type FailedKeyPolicy, type Settlement } from '../policy/settlement'
import type { ParkedClaims } from './claim-parked'
import type { InFlight } from './in-flight'
import type { Lanes } from './lanes'
import type { LateRows } from './late-rows'
import type { ClaimedRow, Clock, OutboxSettler } from './ports'
import type { AttemptedRow } from './publish'
import { halves, settleApart } from './settle-apart'

export interface SettledBatch {
  readonly row: ClaimedRow
  readonly settlement: Settlement
}

export interface SettlingEvents {
  /** The database could not be reached; it is tried again after `waitMs`. */
  settleFailed(error: unknown, rows: number): void
  /** PostgreSQL takes nothing that is to be written of `row`, not even that it FAILED: it stays as it is for good. */
  unsettleable(row: ClaimedRow, error: unknown): void
  /** Rows whose lanes had another owner by then, or that somebody else settled. */
  notOurs(rows: number): void
}

interface Writing {
  /** Asked before each further try. */
  readonly giveUp: () => boolean
  /** What became of the rows whose settlement the database refused. */
  readonly refused: Map<ClaimedRow, Settlement>
  /** An earlier try may have settled some of them. */
  readonly isRepeated: boolean
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2000
/** How often a batch that is refused as a whole is tried row by row. */
const APART_EVERY_MS = 30_000
/** So many published rows, of so many bytes, may be unsettled while others go on; beyond them nothing does. */
const MOST_UNSETTLED = { rows: 100, bytes: 8 * 1024 * 1024 }
/** Rows that were found parked and were handed back are looked at again after this. */
const HANDED_BACK_WAIT_MS = 500

export class Settling {
  /**
   * Rows that were refused while none of their kind was taken: they may be to blame, or what refused them refuses every
   * row. They stay in flight and are tried with the next batch.
   */
  readonly unsettled: SettledBatch[] = []

  constructor(
    private readonly settler: OutboxSettler,
    private readonly lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly late: LateRows,
    private readonly parked: ParkedClaims,
    private readonly clock: Clock,
    private readonly failedKeyPolicy: FailedKeyPolicy,
    private readonly events: SettlingEvents,
  ) {}

  /**
   * Decides and writes what became of each row.
   * @param trial the batch tried a broker that had been away: its unavailability counts no attempt
   * @param giveUp asked before each further try
   */
  async settle(
    attempted: readonly AttemptedRow[],
    trial: boolean,
    giveUp: () => boolean,
  ): Promise<SettledBatch[]> {
    const context = { now: this.clock.now(), failedKeyPolicy: this.failedKeyPolicy, trial }
    const decided = this.unsettled
      .splice(0)
      .concat(
        attempted.map(({ row, attempt }) => ({ row, settlement: decideSettlement(row, attempt, context) })),
      )
    const refused = new Map<ClaimedRow, Settlement>()
    const written = await this.write(decided, { giveUp, refused, isRepeated: false })
    const unsettled = new Set(this.unsettled.map(({ row }) => row))
    const batch = decided
      .filter(({ row }) => !unsettled.has(row))
      .map(({ row, settlement }) => ({ row, settlement: refused.get(row) ?? settlement }))
    for (const { row, settlement } of batch) {
      if (!written || (settlement.kind === 'hand_back' && !row.parked)) this.lanes.rewind(row)
    }
    this.inFlight.remove(batch.map(({ row }) => row))
    for (const { row, settlement } of batch) {
      if (settlement.kind !== 'sent') this.inFlight.holdIsVisible(row)
    }
    this.lookAtParked(batch)
    return batch
  }

  /** False when it was given up before the database answered. */
  private async write(batch: readonly SettledBatch[], writing: Writing): Promise<boolean> {
    let waitMs = FIRST_WAIT_MS
    let apartAt = -Infinity
    let { isRepeated } = writing
    for (;;) {
      const ours = batch.filter(
        ({ row, settlement }) => settlement.kind !== 'hand_back' && this.lanes.holds(row),
      )
      if (ours.length === 0) return true
      try {
        const changed = await this.tryOnce(ours)
        // A try whose answer was lost may have settled them.
        if (changed < ours.length && !isRepeated) this.events.notOurs(ours.length - changed)
        return true
      } catch (error) {
        isRepeated = true
        if (isRefusal(error)) return this.writeApart(ours, error, { ...writing, isRepeated })
        const now = this.clock.monotonicMs()
        if (mayBlameARow(error) && now >= apartAt) {
          apartAt = now + APART_EVERY_MS
          const left = await this.blame(ours, error, { ...writing, isRepeated })
          if (left.length > 0) this.events.settleFailed(error, left.length)
          if (this.hasRoomFor(left)) {
            this.setAside(left, writing)
            return true
          }
        } else this.events.settleFailed(error, ours.length)
        if (writing.giveUp()) return false
        await this.clock.sleep(waitMs)
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
      }
    }
  }

  /** One alone has room, however large it is. */
  private hasRoomFor(left: readonly SettledBatch[]): boolean {
    const all = [...this.unsettled, ...left]
    const bytes = all.reduce((sum, { row }) => sum + row.bytes, 0)
    return all.length <= 1 || (all.length <= MOST_UNSETTLED.rows && bytes <= MOST_UNSETTLED.bytes)
  }

  /** A lane that is to be handed over waits for none of them: whoever owns it next sends its row again. */
  private setAside(left: readonly SettledBatch[], { refused }: Writing): void {
    for (const settled of left) {
      if (this.lanes.get(settled.row.lane)?.draining) refused.set(settled.row, { kind: 'hand_back' })
      else this.unsettled.push(settled)
    }
  }

  /** Returns how many rows were changed. @throws what the database throws */
  private async tryOnce(batch: readonly SettledBatch[]): Promise<number> {
    const seen = this.late.seen
    const { changed, xid } = await this.settler.settle(
      batch.map(({ row, settlement }) => ({
        lane: row.lane,
        token: row.token,
        id: row.id,
        seq: row.seq,
        attempts: row.attempts,
        settlement,
      })),
    )
    if (xid !== undefined) this.late.boundary(xid, seen)
    return changed
  }

  /**
   * A row is to blame that is refused alone after another of its kind was taken.
   * @returns the rows of which that cannot be told
   */
  private async blame(
    batch: readonly SettledBatch[],
    error: unknown,
    writing: Writing,
  ): Promise<readonly SettledBatch[]> {
    const { taken, refused, unanswered } = await settleApart(batch, error, (half) => this.tryOnce(half))
    const left = [...unanswered]
    for (const { settled, error: refusal } of refused) {
      const isToBlame = writing.refused.has(settled.row) || taken.has(settled.settlement.kind)
      if (!isToBlame || !(await this.writeRefused(settled, refusal, writing))) left.push(settled)
    }
    return left
  }

  /** One row of `batch` is refused, whenever it is tried: the others are settled without it. */
  private async writeApart(
    batch: readonly SettledBatch[],
    error: unknown,
    writing: Writing,
  ): Promise<boolean> {
    const [first] = batch
    if (!first || batch.length === 1) return first ? this.writeRefused(first, error, writing) : true
    const [left, right] = halves(batch)
    const written = await this.write(left, writing)
    return (await this.write(right, writing)) && written
  }

  /** The row FAILED, by a reason that can be written; if that is refused too, it is left as it is. */
  private async writeRefused({ row }: SettledBatch, error: unknown, writing: Writing): Promise<boolean> {
    if (writing.refused.delete(row)) {
      this.events.unsettleable(row, error)
      return true
    }
    const context = { now: this.clock.now(), failedKeyPolicy: this.failedKeyPolicy }
    const settlement = refusedSettlement(row, error, context)
    writing.refused.set(row, settlement)
    return this.write([{ row, settlement }], writing)
  }

  private lookAtParked(batch: readonly SettledBatch[]): void {
    const now = this.clock.monotonicMs()
    this.parked.settled(now)
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
