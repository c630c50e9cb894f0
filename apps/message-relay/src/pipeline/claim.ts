/** Takes the next batch of rows out of the outbox: due retries, late rows, fresh rows. */
import { CursorClaims } from './claim-cursor'
import { ParkedClaims, type ParkedClaim } from './claim-parked'
import type { InFlight } from './in-flight'
import type { Lanes } from './lanes'
import type { LateRows } from './late-rows'
import type { Bounds, ClaimedRow, Clock, OutboxReader } from './ports'
import type { FailedKeyPolicy } from '../policy/settlement'

export interface Claim {
  readonly rows: readonly ClaimedRow[]
  /** Another claim may find more at once. */
  readonly readOn: boolean
  /** FAILED rows of an outage that became PENDING again. */
  readonly setBack: number
}

/** Under load late rows are looked for this often at most. */
const SWEEP_EVERY_MS = 50

export class Claims {
  readonly parked: ParkedClaims
  private readonly fresh: CursorClaims
  private parkedHadItsTurn = false
  private sweptAt = -Infinity

  constructor(
    reader: OutboxReader,
    lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly late: LateRows,
    private readonly clock: Clock,
    settings: { bounds: Bounds; failedKeyPolicy: FailedKeyPolicy },
  ) {
    this.parked = new ParkedClaims(reader, lanes, inFlight, settings.bounds, settings.failedKeyPolicy)
    this.fresh = new CursorClaims(reader, lanes, inFlight, late, settings.bounds)
  }

  /**
   * The next batch. While the circuit is open only rows whose retries had begun are taken (`retriesOnly`).
   * @throws what the database throws; nothing is claimed then
   */
  async next({ retriesOnly }: { retriesOnly: boolean }): Promise<Claim> {
    this.inFlight.claimStarted()
    try {
      const now = this.clock.monotonicMs()
      const due = this.parked.dueInMs(now) === 0
      // Turn and turn about: neither a long line of parked rows nor of fresh ones keeps the other waiting.
      if (due && (retriesOnly || !this.parkedHadItsTurn)) {
        this.parkedHadItsTurn = true
        const claim = await this.parked.due(now, retriesOnly)
        if (claim.rows.length > 0 || claim.setBack > 0 || retriesOnly) return this.withMore(claim)
      }
      this.parkedHadItsTurn = false
      if (retriesOnly) return { rows: [], readOn: false, setBack: 0 }
      if (this.late.sweepWanted && now - this.sweptAt >= SWEEP_EVERY_MS) {
        const { rows } = await this.sweep(now)
        if (rows.length > 0) return { rows, readOn: true, setBack: 0 }
      }
      const { rows, readOn } = await this.fresh.beyond()
      this.parked.cursorsMoved(now)
      if (rows.length > 0 || readOn) return { rows, readOn, setBack: 0 }
      // Nothing else to do: what is behind the cursor does not wait for its hour.
      const late = this.late.sweepWanted ? await this.sweep(now) : { rows, readOn }
      const parkedDue = this.parked.dueInMs(now) === 0
      return { rows: late.rows, readOn: late.readOn || late.rows.length > 0 || parkedDue, setBack: 0 }
    } finally {
      this.inFlight.claimEnded()
    }
  }

  private async sweep(now: number): Promise<{ rows: ClaimedRow[]; readOn: boolean }> {
    this.sweptAt = now
    return await this.fresh.behind()
  }

  private withMore({ rows, setBack }: ParkedClaim): Claim {
    return { rows, readOn: true, setBack }
  }
}
