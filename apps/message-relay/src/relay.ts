/** The relay: claim, publish, settle, until told to stop. */
import type { CircuitBreaker } from './pipeline/circuit-breaker'
import { InFlight } from './pipeline/in-flight'
import { dealtWith, Lanes } from './pipeline/lanes'
import { LateRows } from './pipeline/late-rows'
import { LeaseKeeper } from './pipeline/lease-keeper'
import type { AttemptedRow } from './pipeline/publish'
import { PublishLine } from './pipeline/publish-line'
import { Upkeep } from './pipeline/upkeep'
import type { RelayParts, RelaySettings } from './relay-parts'
import { RelaySteps } from './relay-steps'

/** How soon to look whether a lease has come. */
const NO_LEASE_WAIT_MS = 250

export class Relay {
  readonly lanes = new Lanes()
  private readonly inFlight = new InFlight()
  private readonly late = new LateRows()
  private readonly steps: RelaySteps
  private readonly line: PublishLine
  private readonly leases: LeaseKeeper
  private readonly upkeep: Upkeep

  private stopping = false
  private drained = false
  private fault: { readonly error: unknown } | undefined
  private stopAt = Infinity
  private pollAt = 0

  constructor(
    private readonly parts: RelayParts,
    private readonly settings: RelaySettings,
  ) {
    const { lanes, inFlight, late } = this
    const { clock, events } = parts
    this.steps = new RelaySteps(parts, settings, lanes, inFlight, late)
    this.line = new PublishLine({
      publish: (rows, trial) => this.steps.publish(rows, trial),
      settle: (attempted, trial) => this.settle(attempted, trial),
      stopping: () => this.isStopping(),
      guarded: (work) => this.orStop(work),
    })
    this.leases = new LeaseKeeper(parts.leases, lanes, inFlight, late, clock, settings, events)
    this.upkeep = new Upkeep(parts.outbox, parts.deadLetters, lanes, clock, settings, events)
  }

  get circuit(): CircuitBreaker {
    return this.steps.circuit
  }

  /** True while this relay owns lanes that nobody else can own. */
  get leased(): boolean {
    return this.lanes.size > 0 && this.lanes.leaseLeftMs(this.parts.clock.monotonicMs()) > 0
  }

  /** How many lanes this relay owns that nobody else can own. */
  get leasedLanes(): number {
    return this.leased ? this.lanes.size : 0
  }

  /** The lanes, and up to where each is dealt with, but for rows that appeared behind its cursor a moment ago. */
  get reached(): { lane: number; upTo: number }[] {
    const lowest = this.inFlight.lowestByLane()
    return this.lanes.all().map((lane) => ({ lane: lane.lane, upTo: dealtWith(lane, lowest) }))
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
    this.steps.lookAtParked()
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
    await this.steps.probeIfDue()
    if (this.lanes.size === 0) return NO_LEASE_WAIT_MS
    if (!this.steps.leaseLastsForAPublish()) {
      this.parts.events.leaseTooShort()
      return NO_LEASE_WAIT_MS
    }
    await this.poll()
    const trial = this.circuit.state === 'half_open'
    if (trial) await this.line.empty()
    if (this.isStopping()) return 0

    this.parts.events.readBegins()
    const claim = await this.steps.claim()
    if ('waitMs' in claim) return claim.waitMs
    if (claim.rows.length === 0) {
      if (claim.readOn) return 0
      if (trial) this.steps.nothingToTry()
      return this.idleMs()
    }
    await this.line.take(claim.rows, trial)
    if (trial) await this.line.empty()
    return claim.readOn ? 0 : this.idleMs()
  }

  /** Asked anew after each wait. */
  private isStopping(): boolean {
    return this.stopping
  }

  /** The safety net: whatever no signal told of is looked for once a poll. */
  private async poll(): Promise<void> {
    if (this.now() < this.pollAt) return
    this.pollAt = this.now() + this.settings.pollIntervalMs
    this.steps.lookAtParked()
    if (!this.steps.hasUnsettled) return
    await this.line.empty()
    await this.settle([], false)
  }

  private settle(attempted: readonly AttemptedRow[], trial: boolean): Promise<void> {
    return this.steps.settle(attempted, trial, () => this.now() >= this.stopAt)
  }

  private idleMs(): number {
    return Math.min(Math.max(1, this.pollAt - this.now()), this.steps.idleMs())
  }

  private async keepLeases(): Promise<void> {
    while (!this.drained) {
      const { waitMs, toRead } = await this.leases.renew()
      // A lane that comes brings parked rows and dead letters of its own, and one that comes back had some: they do not wait.
      if (toRead) {
        this.lookAtParked()
        this.parts.upkeepWakeUp.wake()
      }
      await this.parts.lanesWakeUp.orAfter(waitMs)
    }
  }

  private async keepUp(): Promise<void> {
    while (!this.stopping) {
      const waitMs = await this.upkeep.round(() => this.stopping)
      await this.parts.upkeepWakeUp.orAfter(waitMs)
    }
  }

  private now(): number {
    return this.parts.clock.monotonicMs()
  }
}
