/** Takes the next batch of rows out of the outbox: due retries, late rows, fresh rows. */
import { CursorClaims } from './claim-cursor'
import { ParkedClaims, type ParkedClaim } from './claim-parked'
import type { InFlight } from './in-flight'
import type { Lanes } from './lanes'
import type { LateRows } from './late-rows'
import type { Bounds, ClaimedRow, Clock, OutboxReader } from './ports'
import type { Suspects } from './suspects'
import type { Circuit } from '../policy/circuit'
import type { FailedKeyPolicy } from '../policy/settlement'

export interface Claim {
  readonly rows: readonly ClaimedRow[]
  /** Another claim may find more at once. */
  readonly readOn: boolean
  /** FAILED rows of an outage that became PENDING again. */
  readonly setBack: number
}

const NOTHING: Claim = { rows: [], readOn: false, setBack: 0 }

export class Claims {
  readonly parked: ParkedClaims
  private readonly fresh: CursorClaims
  private turn: 'parked' | 'fresh' = 'parked'

  constructor(
    reader: OutboxReader,
    lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly late: LateRows,
    private readonly suspects: Suspects,
    private readonly clock: Clock,
    settings: { bounds: Bounds; failedKeyPolicy: FailedKeyPolicy },
  ) {
    this.parked = new ParkedClaims(
      reader,
      lanes,
      inFlight,
      suspects,
      settings.bounds,
      settings.failedKeyPolicy,
    )
    this.fresh = new CursorClaims(reader, lanes, inFlight, late, settings.bounds)
  }

  /**
   * The next batch. While the circuit is open only rows whose retries had begun are taken.
   * @throws what the database throws; nothing is claimed then
   */
  async next(circuit: Circuit['state']): Promise<Claim> {
    this.inFlight.claimStarted()
    try {
      const now = this.clock.monotonicMs()
      return circuit === 'open' ? await this.retries(now) : await this.anything(now)
    } finally {
      // Settled while the claim read them, such keys were passed over by it, and no settlement need follow.
      if (this.inFlight.claimEnded()) this.parked.keysAreFree(this.clock.monotonicMs())
    }
  }

  /**
   * The broker is back: what the outage failed goes first.
   * @param wasOutage it was no record's doing
   */
  brokerIsBack(wasOutage: boolean): void {
    if (wasOutage) this.suspects.outageIsOver()
    this.turn = 'parked'
    this.parked.lookAt(this.clock.monotonicMs())
  }

  private async retries(now: number): Promise<Claim> {
    if (this.parked.dueInMs(now) > 0) return NOTHING
    return withMore(await this.parked.due(now, 'retries'))
  }

  /**
   * Turn and turn about: neither a long line of parked rows nor of fresh ones keeps the other waiting. But whole
   * batches of fresh rows do not go between the small portions of what an outage failed.
   */
  private async anything(now: number): Promise<Claim> {
    const { othersFirst } = this.suspects
    if (this.turn === 'parked' && this.parked.dueInMs(now) === 0) {
      const claim = await this.parked.due(now, othersFirst ? 'others' : 'any')
      if (!claim.keepsTurn) this.turn = 'fresh'
      if (claim.rows.length > 0 || claim.setBack > 0) return withMore(claim)
    }
    this.turn = 'parked'
    const { rows, readOn } = await this.freshRows(now)
    const suspectsAlone = othersFirst && rows.length === 0 && !readOn
    if (suspectsAlone && this.parked.dueInMs(now) === 0) return withMore(await this.parked.due(now, 'any'))
    return { rows, readOn: readOn || this.parked.dueInMs(now) === 0, setBack: 0 }
  }

  private async freshRows(now: number): Promise<{ rows: readonly ClaimedRow[]; readOn: boolean }> {
    const most = this.suspects.freshRows
    if (this.late.sweepWanted) {
      const { rows, finished } = await this.fresh.behind(most)
      if (rows.length > 0 || !finished) return { rows, readOn: true }
    }
    const found = await this.fresh.beyond(most)
    this.parked.cursorsMoved(now)
    return found
  }
}

function withMore({ rows, setBack }: ParkedClaim): Claim {
  return { rows, readOn: true, setBack }
}
