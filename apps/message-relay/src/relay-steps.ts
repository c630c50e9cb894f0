/** The relay's steps: claim, publish, settle. Each teaches the relay's parts what it met, and tells it to who listens. */
import { CircuitBreaker } from './pipeline/circuit-breaker'
import { Claims, type Claim } from './pipeline/claim'
import type { InFlight } from './pipeline/in-flight'
import type { Lanes } from './pipeline/lanes'
import type { LateRows } from './pipeline/late-rows'
import type { ClaimedRow } from './pipeline/ports'
import { Publishing, type AttemptedRow } from './pipeline/publish'
import { Settling } from './pipeline/settle'
import { SettlementWriter, type SettledBatch } from './pipeline/settlement-writer'
import { Suspects } from './pipeline/suspects'
import type { RelayParts, RelaySettings } from './relay-parts'

const FIRST_CLAIM_WAIT_MS = 100
const LONGEST_CLAIM_WAIT_MS = 5000

export class RelaySteps {
  readonly circuit: CircuitBreaker
  private readonly suspects: Suspects
  private readonly claims: Claims
  private readonly publishing: Publishing
  private readonly writer: SettlementWriter
  private readonly settling: Settling
  private claimWaitMs = 0

  constructor(
    private readonly parts: RelayParts,
    settings: RelaySettings,
    private readonly lanes: Lanes,
    inFlight: InFlight,
    late: LateRows,
  ) {
    const { outbox, clock, publisher, events } = parts
    const { failedKeyPolicy } = settings
    const bounds = { rows: settings.batchRows, bytes: settings.batchBytes }
    this.suspects = new Suspects(bounds)
    this.circuit = new CircuitBreaker(publisher, clock, events)
    this.claims = new Claims(outbox, lanes, inFlight, late, this.suspects, clock, { bounds, failedKeyPolicy })
    this.publishing = new Publishing(publisher, lanes, inFlight, clock, settings)
    const { parked } = this.claims
    this.writer = new SettlementWriter(outbox, lanes, late, clock, failedKeyPolicy, events)
    this.settling = new Settling(this.writer, lanes, inFlight, parked, clock, failedKeyPolicy)
  }

  /** Probes a broker that is away when it is time. */
  async probeIfDue(): Promise<void> {
    if (await this.circuit.probeIfDue()) this.claims.brokerIsBack(this.circuit.isOutage)
  }

  /** A publish that begins now ends before anybody else can own its lanes. */
  leaseLastsForAPublish(): boolean {
    return this.publishing.leaseLastsForAPublish()
  }

  /** The next batch; or, where the outbox could not be read, the milliseconds until it is tried again. */
  async claim(): Promise<Claim | { readonly waitMs: number }> {
    const { events } = this.parts
    const startedAt = this.now()
    try {
      const claim = await this.claims.next(this.circuit.state)
      this.claimWaitMs = 0
      events.outboxRead()
      if (claim.setBack > 0) events.setBack(claim.setBack)
      if (claim.rows.length > 0) events.claimed(claim.rows, this.now() - startedAt)
      return claim
    } catch (error) {
      this.claimWaitMs = Math.min(this.claimWaitMs * 2 || FIRST_CLAIM_WAIT_MS, LONGEST_CLAIM_WAIT_MS)
      events.claimFailed(error, this.claimWaitMs)
      return { waitMs: this.claimWaitMs }
    }
  }

  /** There is nothing to try a broker with that was away. */
  nothingToTry(): void {
    this.circuit.nothingToTry()
    this.suspects.nothingToTry()
  }

  /** @param trial the batch tries a broker that was away */
  async publish(rows: readonly ClaimedRow[], trial: boolean): Promise<readonly AttemptedRow[]> {
    const { events } = this.parts
    const startedAt = this.now()
    const attempted = await this.publishing.publish(rows, (row) => trial || this.mayGo(row))
    this.circuit.published(attempted)
    const resting = this.suspects.published(attempted, trial, this.now())
    events.published(attempted, this.now() - startedAt)
    if (resting) events.rests(resting)
    return attempted
  }

  /** @param giveUp asked before each further try */
  async settle(attempted: readonly AttemptedRow[], trial: boolean, giveUp: () => boolean): Promise<void> {
    const { events, upkeepWakeUp, wakeUp } = this.parts
    const startedAt = this.now()
    const batch = await this.settling.settle(attempted, trial, giveUp)
    events.settled(batch, this.now() - startedAt)
    if (batch.some(({ settlement }) => settlement.kind === 'failed' && !settlement.willRetry)) {
      upkeepWakeUp.wake()
    }
    if (batch.some((settled) => this.freesMore(settled)) || this.claims.parked.dueInMs(this.now()) <= 0) {
      wakeUp.wake()
    }
  }

  /** There may be more to claim: the row itself, or what the cursor of a lane that changed hands waited for. */
  private freesMore({ row, settlement }: SettledBatch): boolean {
    return settlement.kind !== 'sent' || !this.lanes.holds(row)
  }

  /** Published rows wait to be settled: PostgreSQL refused them, and nothing says whether they are to blame. */
  get hasUnsettled(): boolean {
    return this.writer.hasUnsettled
  }

  /** Parked rows may have changed. */
  lookAtParked(): void {
    this.claims.parked.lookAt(this.now())
  }

  /** Milliseconds until a parked row may be due, or the broker is to be probed. */
  idleMs(): number {
    return Math.min(this.claims.parked.dueInMs(this.now()), this.circuit.probeInMs())
  }

  /** While the circuit is open only what had been tried before is tried again. */
  private mayGo(row: ClaimedRow): boolean {
    return this.circuit.state !== 'open' || row.attempts > 0
  }

  private now(): number {
    return this.parts.clock.monotonicMs()
  }
}
