/** Writers of outbox rows: transactions that take their time, some of which come to nothing. */
import type { ModelRow, NewModelRow } from './model/tables'
import { EVENTS_TOPIC, MAX_VALUE_BYTES, OTHER_TOPIC, poisoned, type World } from './world'

const LONGEST_COMMIT_MS = 8000

export class Writers {
  /** Transactions that have not ended, or not begun. */
  open = 0
  private events = 0
  private readonly poisonAt = new Set<number>()

  /** @param signal what a commit tells the relays */
  constructor(
    private readonly world: World,
    private readonly signal: () => void,
  ) {}

  /** Spreads all transactions over the time of trouble; those of one serial key follow each other. */
  start(): void {
    const { plan, chance } = this.world
    const queues = new Map<string, number>()
    for (let nth = 0; nth < plan.faults.poison; nth += 1) this.poisonAt.add(chance.from(1, plan.transactions))
    for (let nth = 0; nth < plan.transactions; nth += 1) {
      const loose = chance.below(plan.serialKeys + plan.looseKeys) >= plan.serialKeys
      this.open += 1
      if (loose) this.at(chance.between(0, plan.troubleMs), () => this.write(undefined, () => undefined))
      else {
        const key = `k${chance.below(plan.serialKeys)}`
        queues.set(key, (queues.get(key) ?? 0) + 1)
      }
    }
    for (const [key, transactions] of queues) this.writeInTurn(key, transactions)
    for (let nth = 0; nth < plan.faults.strangers; nth += 1) this.stranger()
  }

  private writeInTurn(key: string, left: number): void {
    if (left === 0) return
    const { plan, chance } = this.world
    const pause = chance.between(0, (plan.troubleMs * 2) / plan.transactions)
    this.at(chance.happens(0.5) ? 0 : pause, () => this.write(key, () => this.writeInTurn(key, left - 1)))
  }

  /** One transaction: its id first, then its rows one by one, then its end. */
  private write(key: string | undefined, then: () => void): void {
    const { tables, chance, weather, plan, witness, scheduler } = this.world
    const begun = tables.transaction()
    const written: ModelRow[] = []
    const commits = !weather.befalls('rollback')
    const end = (): void => {
      scheduler.note(() => `writer: ${commits ? 'commits' : 'rolls back'} ${written.map(nameOf).join(' ')}`)
      if (commits) {
        for (const row of written) witness.committed(row, key !== undefined)
        begun.commit()
        this.signal()
      } else begun.rollback()
      this.open -= 1
      then()
    }
    const insert = (left: number): void => {
      written.push(begun.insert(this.row(key ?? `u${chance.below(plan.looseKeys)}`)))
      const slow = weather.befalls('slowCommit') ? chance.between(0, LONGEST_COMMIT_MS) : weather.way()
      if (left > 1) this.at(weather.way(), () => insert(left - 1))
      else this.at(slow, end)
    }
    this.at(weather.way(), () => insert(chance.from(1, 3)))
  }

  /** A transaction of somebody else's, which writes nothing here and takes long. */
  private stranger(): void {
    const { tables, chance, plan } = this.world
    this.at(chance.between(0, plan.troubleMs), () => {
      const begun = tables.transaction()
      this.at(chance.between(0, LONGEST_COMMIT_MS), () => begun.rollback())
    })
  }

  private row(key: string): NewModelRow {
    const { chance, weather } = this.world
    this.events += 1
    const value = JSON.stringify({ event_id: `e${this.events}`, event_type: 'Some.Thing.Created' })
    const good = { topic: chance.happens(0.15) ? OTHER_TOPIC : EVENTS_TOPIC, key, value }
    if (this.poisonAt.has(this.events)) {
      weather.count('poison')
      return { ...good, value: poisoned(value) }
    }
    if (!weather.befalls('badRow')) return good
    return chance.oneOf([
      { ...good, value: '["no envelope"]' },
      { ...good, value: value.padEnd(MAX_VALUE_BYTES + 1) },
      { ...good, topic: 'nowhere' },
      { ...good, topic: 'not a name' },
    ])
  }

  private at(delayMs: number, action: () => void): void {
    this.world.scheduler.after(delayMs, '', action)
  }
}

const nameOf = ({ id, key, eventId, lane }: ModelRow): string =>
  `${id}(${key}/${eventId ?? '-'} lane ${lane})`
