/** One relay as a process of the simulation: the real relay and pipeline over ports of the model. */
import { Relay } from '../relay'
import { SILENT } from '../relay-events'
import type { RelayParts, RelaySettings } from '../relay-parts'
import { BrokerLink } from './broker-link'
import { DatabaseLink } from './database-link'
import { BROKER_AWAY } from './model/failure'
import { ModelDeadLetterTopic } from './model/model-dead-letter-topic'
import { ModelLaneLeases } from './model/model-lane-leases'
import { ModelOutbox } from './model/model-outbox'
import { ModelPublisher } from './model/model-publisher'
import { ModelClock, ModelWakeUp } from './model/model-time'
import type { Plan } from './plan'
import { SimulatedProcess } from './simulated-process'
import type { World } from './world'

/** Changes a part before the relay gets it: how a test plants a fault. */
export type Plant = (parts: RelayParts, world: World) => RelayParts

const EPOCH = Date.UTC(2026, 0, 1)
const PUBLISH_TIMEOUT_MS = 4000

export class RelayProcess {
  readonly process: SimulatedProcess
  readonly deadLetters: ModelDeadLetterTopic
  readonly wakeUp: ModelWakeUp
  readonly lanesWakeUp: ModelWakeUp
  private readonly relay: Relay
  /** It was told to stop. */
  stopping = false

  /** @param tell what the other relays hear when lanes change hands */
  constructor(
    private readonly world: World,
    id: string,
    tell: () => void,
    plant: Plant,
  ) {
    const { plan, scheduler, tables, broker, chance, weather } = world
    const process = new SimulatedProcess(id, id, scheduler)
    this.process = process
    const offset = chance.between(0, 1_000_000)
    const timer = (ms: number, action: () => void) => process.inside(ms, action)
    const clock = new ModelClock(
      () => scheduler.now + offset,
      () => new Date(EPOCH + scheduler.now),
      timer,
    )
    const database = new DatabaseLink(world, process)
    const publisher = new ModelPublisher(
      new BrokerLink(world, process, PUBLISH_TIMEOUT_MS),
      broker,
      plan.requestRecords,
    )
    this.deadLetters = new ModelDeadLetterTopic(() => (weather.brokerAway ? BROKER_AWAY.fault : undefined))
    this.wakeUp = new ModelWakeUp(timer)
    this.lanesWakeUp = new ModelWakeUp(timer)
    const settings = settingsOf(plan)
    const parts: RelayParts = {
      outbox: new ModelOutbox(tables, database),
      deadLetters: this.deadLetters,
      leases: new ModelLaneLeases(tables, database, id, settings.leaseMs, tell),
      publisher,
      clock,
      wakeUp: this.wakeUp,
      lanesWakeUp: this.lanesWakeUp,
      upkeepWakeUp: new ModelWakeUp(timer),
      events: SILENT,
    }
    this.relay = new Relay(plant(parts, world), settings)
  }

  start(): void {
    this.world.scheduler.note(() => `${this.process.name}: starts`)
    this.relay.run().then(
      () => this.end(),
      (error: unknown) =>
        this.world.witness.broken(`${this.process.name} ended by a fault: ${String(error)}`),
    )
  }

  /** As on SIGTERM. */
  stop(): void {
    if (this.stopping) return
    this.stopping = true
    this.process.inside(0, () => {
      this.world.scheduler.note(() => `${this.process.name}: is to stop`)
      this.relay.stop()
    })
  }

  /** Parked rows have changed. */
  lookAtParked(): void {
    this.relay.lookAtParked()
  }

  private end(): void {
    const { witness, scheduler } = this.world
    scheduler.note(() => `${this.process.name}: has ended`)
    // What it could not write down before its time was up is the next owner's; else nothing is sent twice.
    const unsettled = witness.unsettledOf(this.process.id)
    if (unsettled > 0) this.world.weather.count('stoppedUnsettled')
    this.process.die()
  }
}

function settingsOf(plan: Plan): RelaySettings {
  return {
    pollIntervalMs: 5000,
    batchRows: plan.batchRows,
    batchBytes: plan.batchBytes,
    leaseMs: 10_000,
    renewEveryMs: 3000,
    publishTimeoutMs: PUBLISH_TIMEOUT_MS,
    shutdownTimeoutMs: 25_000,
    failedKeyPolicy: plan.failedKeyPolicy,
    cloudEvents: false,
    sentRetentionMs: plan.sentRetentionMs,
  }
}
