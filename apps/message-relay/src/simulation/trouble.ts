/** What befalls whole processes and servers, and what operators do: each at its time, drawn from the seed. */
import type { RelayProcess } from './relay-process'
import type { World } from './world'

const LONGEST_FREEZE_MS = 20_000
const LONGEST_OUTAGE_MS = 9000
/** Longer than a lease. */
const LONGEST_DATABASE_FREEZE_MS = 14_000
/** Once all works: how often an operator looks after rows that hold their key. */
const OPERATOR_EVERY_MS = 2000

export interface Fleet {
  /** Relays that live. */
  alive(): RelayProcess[]
  startOne(): void
  /** Tells the relays that parked rows have changed. */
  signalParked(): void
}

export class Trouble {
  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
  ) {}

  start(): void {
    const { faults, troubleMs } = this.world.plan
    const { weather, chance, scheduler } = this.world
    const happenings: [keyof typeof faults, () => void][] = [
      ['crashes', () => this.crash()],
      ['freezes', () => this.freeze()],
      ['stops', () => this.stop()],
      ['databaseOutages', () => weather.databaseLeaves(chance.between(0, LONGEST_OUTAGE_MS))],
      ['databaseFreezes', () => weather.databaseFreezes(chance.between(0, LONGEST_DATABASE_FREEZE_MS))],
      ['brokerOutages', () => weather.brokerLeaves(chance.between(0, LONGEST_OUTAGE_MS))],
      ['brokerFreezes', () => weather.brokerFreezes(chance.between(0, LONGEST_OUTAGE_MS))],
      ['operatorActs', () => this.operate()],
    ]
    for (const [fault, happen] of happenings) {
      for (let nth = 0; nth < faults[fault]; nth += 1) {
        scheduler.after(chance.between(0, troubleMs), fault, () => {
          weather.count(fault)
          happen()
        })
      }
    }
    scheduler.after(troubleMs, 'the trouble is over', () => this.lookAfterFailed())
  }

  private crash(): void {
    this.someone()?.process.die()
    this.startSoon()
  }

  private freeze(): void {
    const { chance, plan, scheduler } = this.world
    const longest = Math.min(LONGEST_FREEZE_MS, plan.troubleMs + LONGEST_FREEZE_MS - scheduler.now)
    this.someone()?.process.freeze(chance.between(0, longest))
  }

  private stop(): void {
    this.someone()?.stop()
    this.startSoon()
  }

  private someone(): RelayProcess | undefined {
    const relays = this.fleet.alive()
    return relays.length === 0 ? undefined : this.world.chance.oneOf(relays)
  }

  private startSoon(): void {
    this.world.scheduler.after(this.world.chance.between(0, 3000), '', () => this.fleet.startOne())
  }

  /** Sends a row again, or drops one. */
  private operate(): void {
    const { tables, chance } = this.world
    const rows = tables.all()
    const failed = rows.filter(
      ({ status, willRetry, dropped }) => status === 'FAILED' && !willRetry && !dropped,
    )
    const sent = rows.filter(({ status }) => status === 'SENT')
    if (failed.length > 0) {
      const row = chance.oneOf(failed)
      if (chance.happens(0.5)) tables.setBack(row)
      else this.drop(row)
    } else if (sent.length > 0 && chance.happens(0.5)) tables.setBack(chance.oneOf(sent))
    if (chance.happens(0.7)) this.fleet.signalParked()
  }

  /** Where FAILED rows hold their keys somebody has to give them up. */
  private lookAfterFailed(): void {
    const { tables, plan, scheduler } = this.world
    if (plan.failedKeyPolicy !== 'block') return
    const failed = tables.all().filter((row) => row.status === 'FAILED' && !row.willRetry && !row.dropped)
    for (const row of failed) this.drop(row)
    if (failed.length > 0) this.fleet.signalParked()
    scheduler.after(OPERATOR_EVERY_MS, '', () => this.lookAfterFailed())
  }

  private drop(row: Parameters<World['witness']['dropped']>[0]): void {
    row.dropped = true
    row.parked = false
    this.world.witness.dropped(row)
  }
}
