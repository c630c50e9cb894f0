/** The relay: claim, publish, settle, until told to stop. */
import { CircuitBreaker } from './pipeline/circuit-breaker'
import { Claims, type Claim } from './pipeline/claim'
import { InFlight } from './pipeline/in-flight'
import { Lanes } from './pipeline/lanes'
import { LateRows } from './pipeline/late-rows'
import { LeaseKeeper } from './pipeline/lease-keeper'
import { PublishLine } from './pipeline/publish-line'
import type {
  ClaimedRow,
  Clock,
  LaneLeases,
  OutboxReader,
  OutboxSettler,
  OutboxUpkeep,
  DeadLetterTopic,
  Publisher,
  WakeUp,
} from './pipeline/ports'
import { Publishing, type AttemptedRow } from './pipeline/publish'
import { Settling } from './pipeline/settle'
import { Suspects } from './pipeline/suspects'
import { Upkeep } from './pipeline/upkeep'
import type { FailedKeyPolicy } from './policy/settlement'
import type { RelayEvents } from './relay-events'

export interface RelaySettings {
  readonly pollIntervalMs: number
  readonly batchRows: number
  readonly batchBytes: number
  readonly leaseMs: number
  readonly renewEveryMs: number
  readonly publishTimeoutMs: number
  readonly shutdownTimeoutMs: number
  readonly failedKeyPolicy: FailedKeyPolicy
  readonly cloudEvents: boolean
  /** How long SENT rows are kept; zero is for ever. */
  readonly sentRetentionMs: number
}

export interface RelayParts {
  readonly outbox: OutboxReader & OutboxSettler & OutboxUpkeep
  readonly deadLetters: DeadLetterTopic
  readonly leases: LaneLeases
  readonly publisher: Publisher
  readonly clock: Clock
  /** A commit, or anything else that makes it worth looking. */
  readonly wakeUp: WakeUp
  /** Lanes were handed over, or a relay joined. */
  readonly lanesWakeUp: WakeUp
  /** A row FAILED for its own fault. */
  readonly upkeepWakeUp: WakeUp
  readonly events: RelayEvents
}

const FIRST_CLAIM_WAIT_MS = 100
const LONGEST_CLAIM_WAIT_MS = 5000
/** How soon to look whether a lease has come. */
const NO_LEASE_WAIT_MS = 250

export class Relay {
  readonly lanes = new Lanes()
  readonly circuit: CircuitBreaker
  private readonly inFlight = new InFlight()
  private readonly late = new LateRows()
  private readonly suspects: Suspects
  private readonly claims: Claims
  private readonly publishing: Publishing
  private readonly settling: Settling
  private readonly leases: LeaseKeeper
  private readonly upkeep: Upkeep

  private stopping = false
  private drained = false
  private fault: { readonly error: unknown } | undefined
  private stopAt = Infinity
  private pollAt = 0
  private claimWaitMs = 0
  private readonly line: PublishLine

  constructor(
    private readonly parts: RelayParts,
    private readonly settings: RelaySettings,
  ) {
    const { lanes, inFlight, late } = this
    const { outbox, clock, publisher, events } = parts
    const { failedKeyPolicy } = settings
    const bounds = { rows: settings.batchRows, bytes: settings.batchBytes }
    const suspects = new Suspects(bounds.rows)
    this.suspects = suspects
    this.circuit = new CircuitBreaker(publisher, clock, events)
    this.claims = new Claims(outbox, lanes, inFlight, late, suspects, clock, { bounds, failedKeyPolicy })
    this.publishing = new Publishing(publisher, lanes, inFlight, clock, settings)
    this.line = new PublishLine({
      publish: (rows, trial) => this.publish(rows, trial),
      settle: (attempted, trial) => this.settle(attempted, trial),
      stopping: () => this.isStopping(),
      guarded: (work) => this.orStop(work),
    })
    const { parked } = this.claims
    this.settling = new Settling(outbox, lanes, inFlight, late, parked, clock, failedKeyPolicy, events)
    this.leases = new LeaseKeeper(parts.leases, lanes, inFlight, late, clock, settings, events)
    this.upkeep = new Upkeep(outbox, parts.deadLetters, lanes, clock, settings, events)
  }

  /** True while this relay owns lanes that nobody else can own. */
  get leased(): boolean {
    return this.lanes.size > 0 && this.lanes.leaseLeftMs(this.parts.clock.monotonicMs()) > 0
  }

  /**
   * Relays until {@link stop}; then finishes what is in flight and hands its lanes over.
   * @throws the fault that ended one of its loops: then it keeps no lease, and relays nothing any more
   */
  async run(): Promise<void> {
    const besides = [this.orStop(this.keepLeases()), this.orStop(this.keepUp())]
    await this.orStop(this.relay())
    await this.orStop(this.line.empty())
    // Not before: what is in flight can be settled under the lease alone.
    this.drained = true
    this.parts.lanesWakeUp.wake()
    await Promise.all(besides)
    // Something may still be on its way to the broker then: the lanes are free when the lease has run out.
    if (this.fault) throw this.fault.error
    await this.leases.releaseAll().catch((error: unknown) => this.parts.events.renewalFailed(error))
  }

  /** Claims no more. */
  stop(): void {
    if (this.stopping) return
    this.stopping = true
    this.stopAt = this.parts.clock.monotonicMs() + this.settings.shutdownTimeoutMs * 0.8
    this.parts.wakeUp.wake()
    this.parts.lanesWakeUp.wake()
    this.parts.upkeepWakeUp.wake()
  }

  /** Parked rows may have changed: an operator sent some again, or dropped one. */
  lookAtParked(): void {
    this.claims.parked.lookAt(this.now())
    this.parts.wakeUp.wake()
  }

  private async relay(): Promise<void> {
    while (!this.stopping) {
      const waitMs = await this.turn()
      if (waitMs > 0) await this.parts.wakeUp.orAfter(waitMs)
    }
  }

  /** A relay without one of its loops must not look alive: all of it stops. */
  private async orStop(loop: Promise<void>): Promise<void> {
    try {
      await loop
    } catch (error) {
      this.fault ??= { error }
      this.stop()
    }
  }

  /** One turn of the loop; the milliseconds to wait before the next unless woken. */
  private async turn(): Promise<number> {
    if (await this.circuit.probeIfDue()) this.claims.brokerIsBack()
    if (this.lanes.size === 0) return NO_LEASE_WAIT_MS
    if (!this.publishing.leaseLastsForAPublish()) {
      this.parts.events.leaseTooShort()
      return NO_LEASE_WAIT_MS
    }
    this.poll()
    const trial = this.circuit.state === 'half_open'
    if (trial) await this.line.empty()
    if (this.isStopping()) return 0

    const claim = await this.claim()
    if (!claim) return this.claimWaitMs
    if (claim.rows.length === 0) {
      if (claim.readOn) return 0
      if (trial) this.circuit.nothingToTry()
      return this.idleMs()
    }
    await this.line.take(claim.rows, trial)
    if (trial) await this.line.empty()
    return 0
  }

  private async claim(): Promise<Claim | undefined> {
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
      return undefined
    }
  }

  private async publish(rows: readonly ClaimedRow[], trial: boolean): Promise<readonly AttemptedRow[]> {
    const startedAt = this.now()
    const attempted = await this.publishing.publish(rows, (row) => trial || this.mayGo(row))
    this.circuit.published(attempted)
    this.suspects.published(attempted, trial)
    this.parts.events.published(attempted, this.now() - startedAt)
    return attempted
  }

  private async settle(attempted: readonly AttemptedRow[], trial: boolean): Promise<void> {
    const startedAt = this.now()
    const batch = await this.settling.settle(attempted, trial, () => this.now() >= this.stopAt)
    this.parts.events.settled(batch, this.now() - startedAt)
    if (batch.some(({ settlement }) => settlement.kind === 'failed' && !settlement.willRetry)) {
      this.parts.upkeepWakeUp.wake()
    }
    // Lanes may be waiting to be handed over, or parked rows to be looked at.
    this.parts.wakeUp.wake()
  }

  /** While the circuit is open only what had been tried before is tried again. */
  private mayGo(row: ClaimedRow): boolean {
    return this.circuit.state !== 'open' || row.attempts > 0
  }

  /** Asked anew after each wait. */
  private isStopping(): boolean {
    return this.stopping
  }

  /** The safety net: whatever no signal told of is looked for once a poll. */
  private poll(): void {
    if (this.now() < this.pollAt) return
    this.pollAt = this.now() + this.settings.pollIntervalMs
    this.claims.parked.lookAt(this.now())
  }

  private idleMs(): number {
    return Math.min(
      Math.max(1, this.pollAt - this.now()),
      this.claims.parked.dueInMs(this.now()),
      this.circuit.probeInMs(),
    )
  }

  private async keepLeases(): Promise<void> {
    while (!this.drained) {
      const { waitMs, toRead } = await this.leases.renew()
      // A lane that comes brings parked rows of its own, due or not: they do not wait for the poll.
      if (toRead) this.lookAtParked()
      await this.parts.lanesWakeUp.orAfter(waitMs)
    }
  }

  private async keepUp(): Promise<void> {
    while (!this.stopping) {
      await this.upkeep.round(() => this.stopping)
      await this.parts.upkeepWakeUp.orAfter(this.settings.pollIntervalMs)
    }
  }

  private now(): number {
    return this.parts.clock.monotonicMs()
  }
}
