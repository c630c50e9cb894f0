/** Writes settlements, trying again until the database has answered or the lanes are another's. */
import { mayBlameARow, refusedSettlement } from '../policy/refused-settlement'
import type { FailedKeyPolicy, Settlement } from '../policy/settlement'
import type { Lanes } from './lanes'
import type { LateRows } from './late-rows'
import type { ClaimedRow, Clock, OutboxSettler } from './ports'
import { settleApart } from './settle-apart'

export interface SettledBatch {
  readonly row: ClaimedRow
  readonly settlement: Settlement
}

export interface SettlingEvents {
  /** The database could not be reached, or refused the rows alike; they are tried again. */
  settleFailed(error: unknown, rows: number): void
  /** PostgreSQL takes nothing that is to be written of `row`, not even that it FAILED: it stays as it is for good. */
  unsettleable(row: ClaimedRow, error: unknown): void
  /** Rows whose lanes had another owner by then, or that somebody else settled. */
  notOurs(rows: number): void
}

/** What became of rows in place of what had been decided. */
type Instead = Map<ClaimedRow, Settlement>

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2000
/** How often a batch that is refused as a whole is tried row by row. */
const APART_EVERY_MS = 30_000
/** So many published rows, of so many bytes, may be unsettled while others go on; beyond them nothing does. */
const MOST_UNSETTLED = { rows: 100, bytes: 8 * 1024 * 1024 }

export class SettlementWriter {
  /**
   * Rows that were refused while none of their kind was taken: they may be to blame, or what refused them refuses every
   * row. They stay in flight and are tried with the next batch.
   */
  private unsettled: readonly SettledBatch[] = []

  constructor(
    private readonly settler: OutboxSettler,
    private readonly lanes: Lanes,
    private readonly late: LateRows,
    private readonly clock: Clock,
    private readonly failedKeyPolicy: FailedKeyPolicy,
    private readonly events: SettlingEvents,
  ) {}

  get hasUnsettled(): boolean {
    return this.unsettled.length > 0
  }

  /**
   * Writes what was decided, and what is unsettled.
   * @param giveUp asked before each further try
   * @returns what became of the rows but for those that are unsettled now, and whether the database answered in time
   */
  async write(
    decided: readonly SettledBatch[],
    giveUp: () => boolean,
  ): Promise<{ isAnswered: boolean; batch: readonly SettledBatch[] }> {
    const all = [...this.unsettled, ...decided]
    this.unsettled = []
    const instead: Instead = new Map()
    const isAnswered = await this.untilAnswered(all, giveUp, instead)
    const unsettled = new Set(this.unsettled.map(({ row }) => row))
    const batch = all
      .filter(({ row }) => !unsettled.has(row))
      .map(({ row, settlement }) => ({ row, settlement: instead.get(row) ?? settlement }))
    return { isAnswered, batch }
  }

  /** False when it was given up before. */
  private async untilAnswered(
    batch: readonly SettledBatch[],
    giveUp: () => boolean,
    instead: Instead,
  ): Promise<boolean> {
    let left = batch.filter(({ settlement }) => settlement.kind !== 'hand_back')
    let waitMs = FIRST_WAIT_MS
    let apartAt = -Infinity
    let isRepeated = false
    for (;;) {
      left = left.filter(({ row }) => this.lanes.holds(row))
      if (left.length === 0) return true
      try {
        const changed = await this.tryOnce(left)
        // A try whose answer was lost may have settled them.
        if (changed < left.length && !isRepeated) this.events.notOurs(left.length - changed)
        return true
      } catch (error) {
        isRepeated = true
        const now = this.clock.monotonicMs()
        const goesApart = mayBlameARow(error) && now >= apartAt
        if (goesApart) {
          apartAt = now + APART_EVERY_MS
          left = await this.writeApart(left, error, instead)
        }
        if (left.length > 0) this.events.settleFailed(error, left.length)
        if (goesApart && this.hasRoomFor(left)) {
          this.setAside(left, instead)
          return true
        }
        if (giveUp()) return false
        await this.clock.sleep(waitMs)
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
      }
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

  /** Returns the rows that are neither settled nor to blame, as far as can be told. */
  private async writeApart(
    batch: readonly SettledBatch[],
    error: unknown,
    instead: Instead,
  ): Promise<SettledBatch[]> {
    const { toBlame, left } = await settleApart(batch, error, (rows) => this.tryOnce(rows))
    for (const { settled, error: refusal } of toBlame) {
      if (!(await this.writeFailed(settled.row, refusal, instead))) left.push(settled)
    }
    return left
  }

  /**
   * The row FAILED, by a reason that can be written; if that is refused too, it is left as it is.
   * @returns false where the database did not answer
   */
  private async writeFailed(row: ClaimedRow, error: unknown, instead: Instead): Promise<boolean> {
    const context = { now: this.clock.now(), failedKeyPolicy: this.failedKeyPolicy }
    const settlement = refusedSettlement(row, error, context)
    try {
      await this.tryOnce([{ row, settlement }])
      instead.set(row, settlement)
    } catch (refusal) {
      if (!mayBlameARow(refusal)) return false
      this.events.unsettleable(row, refusal)
    }
    return true
  }

  /** One alone has room, however large it is. */
  private hasRoomFor(left: readonly SettledBatch[]): boolean {
    const bytes = left.reduce((sum, { row }) => sum + row.bytes, 0)
    return left.length <= 1 || (left.length <= MOST_UNSETTLED.rows && bytes <= MOST_UNSETTLED.bytes)
  }

  /** A lane that is to be handed over waits for none of them: whoever owns it next sends its row again. */
  private setAside(left: readonly SettledBatch[], instead: Instead): void {
    const isDraining = ({ row }: SettledBatch) => this.lanes.get(row.lane)?.draining === true
    for (const { row } of left.filter(isDraining)) instead.set(row, { kind: 'hand_back' })
    this.unsettled = left.filter((settled) => !isDraining(settled))
  }
}
