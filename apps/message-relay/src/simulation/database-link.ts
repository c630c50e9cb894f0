/** The way of one process's statements to the database and of the answers back, and what may befall both. */
import type { Session } from './model/session'
import type { SimulatedProcess } from './simulated-process'
import type { World } from './world'

/** As the relay's own: a statement that nobody answers is given up. */
const QUERY_TIMEOUT_MS = 30_000
/** How late a statement may come that was given up. */
const LATEST_MS = 40_000

export class DatabaseLink implements Session {
  constructor(
    private readonly world: World,
    private readonly process: SimulatedProcess,
  ) {}

  read<T>(what: string, statement: () => T): Promise<T> {
    return this.call(what, (done) => done(this.as(() => statement())))
  }

  write<T>(what: string, statement: (xid: number) => T): Promise<T> {
    const { tables, scheduler, chance, weather } = this.world
    return this.call(what, (done) => {
      const xid = tables.begin()
      const execute = (): void => {
        const result = this.as(() => statement(xid))
        tables.end(xid)
        done(result)
      }
      // Its id is known to snapshots before what it writes is seen.
      if (chance.happens(0.2)) scheduler.after(weather.way(), '', execute)
      else execute()
    })
  }

  private call<T>(what: string, execute: (done: (result: T) => void) => void): Promise<T> {
    const { weather, chance, scheduler } = this.world
    return new Promise<T>((resolve, reject) => {
      const fail = (afterMs: number, why: string): void => {
        scheduler.note(() => `${this.process.name}: ${what}: will fail, ${why}`)
        this.process.inside(afterMs, () => reject(new Error(why)))
      }
      const arrive = (done: (result: T) => void): void => {
        // What a process sent before it died may arrive all the same.
        if (!this.process.alive && chance.happens(0.5)) return
        scheduler.note(() => `${this.process.name}: ${what}`)
        execute(done)
      }
      if (weather.befalls('statementHangs')) {
        if (chance.happens(0.5)) this.onItsWay(chance.between(0, LATEST_MS), () => arrive(() => undefined))
        fail(QUERY_TIMEOUT_MS, 'the query timed out')
      } else if (weather.databaseAway || weather.befalls('statementRefused')) {
        fail(weather.way(), 'the database is away')
      } else if (weather.befalls('answerLost')) {
        this.later(() => arrive(() => fail(weather.way(), 'the connection ended')))
      } else this.later(() => arrive((result) => this.answer(() => resolve(result))))
    })
  }

  private later(action: () => void): void {
    const { weather, scheduler } = this.world
    const delay = weather.way()
    if (delay === 0) this.onceThawed(action)
    else scheduler.after(delay, '', () => this.onceThawed(action))
  }

  /** A frozen database finds what was sent to it when it thaws. */
  private onceThawed(action: () => void): void {
    const { weather, scheduler, chance } = this.world
    const frozenMs = weather.databaseFrozenMs
    if (frozenMs === 0) action()
    else scheduler.after(frozenMs + chance.between(0, 5), '', action)
  }

  private answer(action: () => void): void {
    const delay = this.world.weather.way()
    if (delay === 0 && this.process.awake) action()
    else this.process.inside(delay, action)
  }

  private onItsWay(delayMs: number, action: () => void): void {
    const { weather, scheduler } = this.world
    weather.onTheirWay += 1
    scheduler.after(delayMs, '', () => {
      weather.onTheirWay -= 1
      action()
    })
  }

  /** The witness knows whose statement changes what. */
  private as<T>(statement: () => T): T {
    return this.world.witness.as(this.process.id, statement)
  }
}
