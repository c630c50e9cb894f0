/** What all parts of one schedule share: time, chance, the database, the broker, the witness, and the weather. */
import type { Chance } from './chance'
import type { Broker } from './model/broker'
import type { Tables } from './model/tables'
import type { Plan } from './plan'
import type { Scheduler } from './scheduler'
import type { Witness } from './witness'

export interface World {
  readonly plan: Plan
  readonly scheduler: Scheduler
  readonly chance: Chance
  readonly tables: Tables
  readonly broker: Broker
  readonly witness: Witness
  readonly weather: Weather
}

export const EVENTS_TOPIC = 'events'
export const OTHER_TOPIC = 'other'
/** A record with a longer value is refused. */
export const MAX_VALUE_BYTES = 200

/** A member of the value of records that nobody gets to the broker. */
const POISON = '"poison":true'

export function poisoned(value: string): string {
  return value.replace(/}$/, `,${POISON}}`)
}

export function isPoison({ value }: { readonly value: string }): boolean {
  return value.includes(POISON)
}

/** What is out of order just now, and how often anything was. */
export class Weather {
  private databaseAwayUntil = 0
  private databaseFrozenUntil = 0
  private brokerAwayUntil = 0
  private brokerFrozenUntil = 0
  /** Requests that may still be written. */
  onTheirWay = 0
  readonly happened = new Map<string, number>()

  constructor(
    private readonly scheduler: Scheduler,
    private readonly chance: Chance,
    private readonly plan: Plan,
  ) {}

  /** The time of trouble is not over. */
  get rough(): boolean {
    return this.scheduler.now < this.plan.troubleMs
  }

  /** Whether this befalls now; counted when it does. */
  befalls(fault: keyof Plan['faults']): boolean {
    if (!this.rough || !this.chance.happens(this.plan.faults[fault])) return false
    this.count(fault)
    return true
  }

  count(fault: string): void {
    this.happened.set(fault, (this.happened.get(fault) ?? 0) + 1)
  }

  /** Milliseconds from one to another: mostly short, sometimes long. */
  way(): number {
    const { chance, plan } = this
    if (chance.happens(0.4)) return 0
    if (this.befalls('longWay')) return chance.between(0, plan.wayMs * 100)
    return chance.between(0, plan.wayMs)
  }

  databaseLeaves(forMs: number): void {
    this.databaseAwayUntil = this.bounded(forMs)
  }

  databaseFreezes(forMs: number): void {
    this.databaseFrozenUntil = this.bounded(forMs)
  }

  brokerLeaves(forMs: number): void {
    this.brokerAwayUntil = this.bounded(forMs)
  }

  brokerFreezes(forMs: number): void {
    this.brokerFrozenUntil = this.bounded(forMs)
  }

  get databaseAway(): boolean {
    return this.scheduler.now < this.databaseAwayUntil
  }

  get brokerAway(): boolean {
    return this.scheduler.now < this.brokerAwayUntil
  }

  /** How long the database stays frozen. */
  get databaseFrozenMs(): number {
    return Math.max(0, this.databaseFrozenUntil - this.scheduler.now)
  }

  /** How long the broker stays frozen. */
  get brokerFrozenMs(): number {
    return Math.max(0, this.brokerFrozenUntil - this.scheduler.now)
  }

  private bounded(forMs: number): number {
    return Math.min(this.scheduler.now + forMs, this.plan.troubleMs)
  }
}
