/** Runs the schedule of a seed, and tells whether the relays kept their promises. */
import { Chance } from './chance'
import { createWorld } from './create-world'
import { planOf } from './plan'
import { RelayProcess, type Plant } from './relay-process'
import { Trouble } from './trouble'
import { EVENTS_TOPIC, OTHER_TOPIC, type World } from './world'
import { Writers } from './writers'

export interface Verdict {
  readonly seed: number
  /** The promise that was broken, if one was. */
  readonly violation: string | undefined
  readonly steps: number
  readonly virtualMs: number
  readonly rows: number
  readonly repeats: number
  /** How many retries were judged by the clock. */
  readonly retriesJudged: number
  /** How often each kind of fault befell. */
  readonly happened: ReadonlyMap<string, number>
}

export interface Options {
  readonly plant?: Plant
  readonly trace?: (line: string) => void
}

/** After the trouble: retries, leases, the circuit and a hanging query take less. */
const ALL_RELAYED_WITHIN_MS = 120_000
/** A poll, a lease, and a query that hangs. */
const ALL_REMOVED_WITHIN_MS = 60_000
const ALL_STOPPED_WITHIN_MS = 60_000
const NO_PLANT: Plant = (parts) => parts

class Schedule {
  readonly relays: RelayProcess[] = []
  private readonly world: World
  private readonly writers: Writers
  private started = 0
  private over = false

  constructor(
    private readonly seed: number,
    private readonly options: Options,
  ) {
    const chance = new Chance(seed)
    this.world = createWorld(planOf(chance), chance, options.trace)
    this.writers = new Writers(this.world, () => this.tellAll((relay) => relay.wakeUp.wake()))
  }

  async run(): Promise<Verdict> {
    const { plan, scheduler, witness } = this.world
    for (let nth = 0; nth < plan.relays; nth += 1) this.startOne()
    this.writers.start()
    new Trouble(this.world, {
      alive: () => this.alive(),
      startOne: () => this.startOne(),
      signalParked: () => this.tellAll((relay) => relay.lookAtParked()),
    }).start()
    await scheduler.run(() => this.broken || this.relayed, plan.troubleMs + ALL_RELAYED_WITHIN_MS)
    const left = witness.open().map(({ id, status, parked }) => `${id} ${status}${parked ? ' parked' : ''}`)
    if (left.length > 0) witness.broken(`not relayed though everything works: ${left.join(', ')}`)
    await this.removeOld()
    witness.end(new Set(this.relays.flatMap(({ deadLetters }) => deadLetters.arrived)))
    await this.stopAll()
    return this.verdict()
  }

  /** What was sent goes away, and not before its time. */
  private async removeOld(): Promise<void> {
    const { plan, scheduler, witness } = this.world
    if (plan.sentRetentionMs === 0) return
    const until = scheduler.now + plan.sentRetentionMs + ALL_REMOVED_WITHIN_MS
    // A row without a record may FAIL meanwhile behind one that nobody gets to the broker: its letter goes out then.
    await scheduler.run(() => this.broken || (this.relayed && witness.toRemove().length === 0), until)
    const kept = witness.toRemove().map(({ id }) => id)
    if (kept.length > 0) witness.broken(`SENT and not removed after their retention: ${kept.join(', ')}`)
  }

  private async stopAll(): Promise<void> {
    const { scheduler, witness, tables } = this.world
    this.over = true
    // One that was told to stop during the trouble may not have been able to hand anything over.
    const calm = this.alive().filter(({ stopping }) => !stopping)
    for (const relay of calm) relay.stop()
    await scheduler.run(() => this.broken || this.alive().length === 0, scheduler.now + ALL_STOPPED_WITHIN_MS)
    if (this.alive().length > 0) witness.broken('a relay does not stop')
    // A statement that hung may take a lane for a relay that is no more.
    if (this.world.weather.happened.has('statementHangs')) return
    const owners = new Set(calm.map(({ process }) => process.id))
    const kept = tables.lanes.filter(
      ({ owner, leaseUntil }) => owner !== null && owners.has(owner) && leaseUntil > scheduler.now,
    )
    if (kept.length > 0)
      witness.broken(`lanes ${kept.map(({ lane }) => lane).join(', ')} were not handed over`)
  }

  private get broken(): boolean {
    return this.world.witness.violation !== undefined
  }

  /** The trouble is over, and nothing is left to do. */
  private get relayed(): boolean {
    const { weather, witness } = this.world
    if (weather.rough || this.writers.open > 0 || weather.onTheirWay > 0) return false
    return witness.open().length === 0
  }

  private alive(): RelayProcess[] {
    return this.relays.filter(({ process }) => process.alive)
  }

  private startOne(): void {
    if (this.over) return
    this.started += 1
    const id = `relay-${this.started}`
    const tell = (): void => this.tellAll((relay) => relay.lanesWakeUp.wake())
    const relay = new RelayProcess(this.world, id, tell, this.options.plant ?? NO_PLANT)
    this.relays.push(relay)
    relay.start()
  }

  /** Signals may be lost: the poll is the net. */
  private tellAll(signal: (relay: RelayProcess) => void): void {
    const { weather } = this.world
    for (const relay of this.alive()) {
      if (!weather.befalls('signalLost')) relay.process.inside(weather.way(), () => signal(relay))
    }
  }

  private verdict(): Verdict {
    const { scheduler, witness, broker, weather } = this.world
    return {
      seed: this.seed,
      violation: witness.violation,
      steps: scheduler.steps,
      virtualMs: scheduler.now,
      rows: broker.records(EVENTS_TOPIC).length + broker.records(OTHER_TOPIC).length,
      repeats: witness.repeats,
      retriesJudged: witness.retries.judged,
      happened: weather.happened,
    }
  }
}

/** Runs one schedule; the same seed runs the same one. */
export function simulate(seed: number, options: Options = {}): Promise<Verdict> {
  return new Schedule(seed, options).run()
}
