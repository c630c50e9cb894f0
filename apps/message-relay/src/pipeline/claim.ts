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

export class Claims {
  readonly parked: ParkedClaims
  private readonly fresh: CursorClaims
  private parkedHadItsTurn = false

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
      if (this.late.sweepWanted) {
        const { rows, finished } = await this.fresh.behind()
        if (rows.length > 0 || !finished) return { rows, readOn: true, setBack: 0 }
      }
      const { rows, readOn } = await this.fresh.beyond()
      this.parked.cursorsMoved(now)
      return { rows, readOn: readOn || this.parked.dueInMs(now) === 0, setBack: 0 }
    } finally {
      this.inFlight.claimEnded()
    }
  }

  private withMore({ rows, setBack }: ParkedClaim): Claim {
    return { rows, readOn: true, setBack }
  }
}
