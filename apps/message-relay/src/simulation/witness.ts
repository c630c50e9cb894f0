/** Watches the database and the broker from outside, and says at once when what the relay promises is broken. */
import type { FailedKeyPolicy } from '../policy/settlement'
import { isTopicName, type KafkaMessage } from '../policy/kafka-message'
import type { Answer, WrittenRecord } from './model/broker'
import type { ModelRow, Tables, TablesObserver } from './model/tables'
import { RetryWitness } from './retry-witness'
import { isPoison } from './world'

interface Facts {
  readonly row: ModelRow
  /** The writers of its key wait for one another. */
  readonly serial: boolean
  /** The rows of its key before it, where the key's writers wait for one another. */
  readonly before: readonly Facts[]
  appearances: number
  /** Kafka confirmed it to some relay. */
  confirmed: boolean
  /** To whom it was confirmed last, and under which token: that relay need not send it again. */
  confirmedTo: string | undefined
  /** It FAILED for its own fault and its key goes on without it, or somebody dropped it. */
  passed: boolean
}

export class Witness implements TablesObserver {
  /** The first promise that was broken. */
  violation: string | undefined
  repeats = 0
  private readonly byEvent = new Map<string, Facts>()
  private readonly byRow = new Map<ModelRow, Facts>()
  private readonly ofKey = new Map<string, Facts[]>()
  private readonly inFlight = new Map<string, Set<string>>()
  private actor: string | undefined
  readonly retries: RetryWitness

  /**
   * @param unsettledRows how many rows a relay may have sent that are not settled
   * @param calm no fault touches a relay, PostgreSQL or Kafka
   */
  constructor(
    private readonly tables: Tables,
    private readonly policy: FailedKeyPolicy,
    private readonly unsettledRows: number,
    calm: boolean,
  ) {
    this.retries = new RetryWitness(tables.now, calm, (promise) => this.broken(promise))
  }

  broken(promise: string): void {
    this.violation ??= promise
  }

  /** Runs a statement of `actor`'s. */
  as<T>(actor: string, statement: () => T): T {
    this.actor = actor
    try {
      return statement()
    } finally {
      this.actor = undefined
    }
  }

  /** A row was committed; `serial` when the writers of its key wait for one another. */
  committed(row: ModelRow, serial: boolean): void {
    const before = serial ? (this.ofKey.get(row.key) ?? []) : []
    const facts: Facts = {
      row,
      serial,
      before: [...before],
      appearances: 0,
      confirmed: false,
      confirmedTo: undefined,
      // It FAILED before anything is sent.
      passed: isUnsendable(row) && this.policy === 'skip',
    }
    this.byRow.set(row, facts)
    if (row.eventId !== null) this.byEvent.set(row.eventId, facts)
    if (serial) this.ofKey.set(row.key, [...before, facts])
  }

  /** A relay sends a request. */
  requested(relay: string, records: readonly KafkaMessage[]): void {
    const inRequest = new Set<Facts>()
    const inFlight = this.inFlight.get(relay) ?? new Set()
    this.inFlight.set(relay, inFlight)
    for (const record of records) {
      const facts = this.of(record)
      if (!facts) continue
      const { row } = facts
      const lane = this.tables.lanes[row.lane]
      if (lane?.owner !== relay || lane.leaseUntil <= this.tables.now()) {
        this.broken(`${row.id}: published by a relay that does not own its lane`)
      }
      if (row.status === 'PENDING' && (row.nextAttemptAt ?? 0) > this.tables.now()) {
        this.broken(`${row.id}: published before its retry was due`)
      }
      this.retries.requested(facts)
      if (inFlight.has(row.key)) this.broken(`${row.key}: two requests in flight hold this key`)
      const open = facts.before.find((one) => !one.confirmed && !one.passed && !inRequest.has(one))
      if (open)
        this.broken(`${row.id}: sent while ${open.row.id} before it in its key is neither sent nor passed`)
      if (facts.confirmedTo === `${relay} ${lane?.token ?? ''}`) {
        this.broken(`${row.id}: sent again by the relay that had it confirmed`)
      }
      inRequest.add(facts)
    }
    for (const { key } of records) inFlight.add(key)
  }

  answered(relay: string, records: readonly KafkaMessage[], answer: Answer): void {
    const inFlight = this.inFlight.get(relay)
    for (const { key } of records) inFlight?.delete(key)
    if ('failure' in answer) return
    for (const record of records) {
      const facts = this.of(record)
      if (!facts) continue
      facts.confirmed = true
      const lane = this.tables.lanes[facts.row.lane]
      facts.confirmedTo = lane?.owner === relay ? `${relay} ${lane.token}` : undefined
    }
    const unsettled = this.unsettledOf(relay)
    if (unsettled > this.unsettledRows) this.broken(`${unsettled} rows are sent and not settled`)
  }

  /** The broker wrote a record. */
  written(record: WrittenRecord): void {
    const facts = this.of(record)
    if (!facts) return
    const { row } = facts
    if (record.value !== row.value || record.key !== row.key || record.topic !== row.topic) {
      this.broken(`${row.id}: other bytes than the row's`)
    }
    facts.appearances += 1
    if (facts.appearances > 1) {
      this.repeats += 1
      return
    }
    const missing = facts.before.find(({ appearances, passed }) => appearances === 0 && !passed)
    if (missing) this.broken(`${row.id} appears before ${missing.row.id} of the same key`)
  }

  settled(row: ModelRow): void {
    const owner = this.tables.lanes[row.lane]?.owner
    if (owner !== this.actor) this.broken(`${row.id}: settled by a relay that does not own its lane`)
    this.retries.settled(row, isUnsendable(row))
    const facts = this.byRow.get(row)
    if (!facts) return
    if (row.status === 'SENT' && facts.appearances === 0) this.broken(`${row.id}: SENT and not on Kafka`)
    if (row.status === 'FAILED' && !row.willRetry && !row.parked) facts.passed = true
  }

  setBack(row: ModelRow): void {
    this.retries.setBack(row)
    const facts = this.byRow.get(row)
    if (facts) facts.confirmedTo = undefined
  }

  dropped(row: ModelRow): void {
    const facts = this.byRow.get(row)
    if (facts) facts.passed = true
  }

  removed(row: ModelRow): void {
    if (row.status !== 'SENT') this.broken(`${row.id}: removed and not SENT`)
  }

  /** SENT rows, which a removal takes away in time. */
  toRemove(): ModelRow[] {
    return this.tables.all().filter((row) => row.status === 'SENT')
  }

  /** Rows that Kafka confirmed to `relay` under the token it still holds, and that are not settled. */
  unsettledOf(relay: string): number {
    let rows = 0
    for (const { row, confirmedTo } of this.byRow.values()) {
      if (row.status !== 'PENDING' || confirmedTo === undefined) continue
      if (confirmedTo === `${relay} ${this.tables.lanes[row.lane]?.token ?? ''}`) rows += 1
    }
    return rows
  }

  /** Rows that are neither sent nor given up. */
  open(): ModelRow[] {
    return this.tables
      .all()
      .filter((row) => row.deadLetterDue || ((row.status === 'PENDING' || row.willRetry) && !this.waits(row)))
  }

  /** What must hold once everything works and nothing is left to do. */
  end(deadLetters: ReadonlySet<string>): void {
    for (const { row, appearances } of this.byRow.values()) {
      if (row.status === 'FAILED' && row.willRetry && this.waits(row)) continue
      if (row.status === 'SENT' && appearances === 0) this.broken(`${row.id}: SENT and not on Kafka`)
      if (row.status === 'FAILED' && row.willRetry) this.broken(`${row.id}: FAILED by an outage that is over`)
      if (row.status === 'FAILED' && !deadLetters.has(row.id)) this.broken(`${row.id}: no dead letter`)
    }
  }

  /** It is a record that nobody gets to the broker, or stands behind one in its key. */
  private waits({ lane, key, seq }: ModelRow): boolean {
    return this.tables.visible(lane).some((row) => row.key === key && row.seq <= seq && isPoison(row))
  }

  private of({ headers }: KafkaMessage): Facts | undefined {
    const facts = this.byEvent.get(headers.event_id ?? '')
    if (!facts) this.broken(`${headers.event_id ?? 'a record'}: published and not committed`)
    return facts
  }
}

/** No record can be made of it. */
function isUnsendable({ eventId, topic }: ModelRow): boolean {
  return eventId === null || !isTopicName(topic)
}
