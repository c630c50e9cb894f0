/** The way of one process's requests to the broker and of the answers back, and what may befall both. */
import type { KafkaMessage } from '../policy/kafka-message'
import type { Fault } from '../policy/outcome'
import type { Answer } from './model/broker'
import { BROKER_AWAY, NO_ANSWER, NOT_UNDERSTOOD, type Failure } from './model/failure'
import type { BrokerSession } from './model/model-publisher'
import type { SimulatedProcess } from './simulated-process'
import { isPoison, type World } from './world'

/** How late a request may be written of which the relay heard nothing. */
const LATEST_MS = 25_000

export class BrokerLink implements BrokerSession {
  constructor(
    private readonly world: World,
    private readonly process: SimulatedProcess,
    private readonly publishTimeoutMs: number,
  ) {}

  async produce(topic: string, records: readonly KafkaMessage[]): Promise<Answer> {
    const { witness, scheduler } = this.world
    scheduler.note(() => `${this.process.name}: request ${records.map(nameOf).join(' ')}`)
    witness.requested(this.process.id, records)
    const answer = await this.send(topic, records)
    scheduler.note(
      () => `${this.process.name}: answer ${'failure' in answer ? answer.failure.fault.class : 'sent'}`,
    )
    witness.answered(this.process.id, records, answer)
    return answer
  }

  probe(): Promise<Fault | undefined> {
    const { weather, broker } = this.world
    return new Promise((resolve) => {
      const frozen = weather.brokerFrozenMs > 0
      this.process.inside(frozen ? this.publishTimeoutMs : weather.way(), () =>
        resolve(frozen || weather.brokerAway ? BROKER_AWAY.fault : broker.problem()),
      )
    })
  }

  private send(topic: string, records: readonly KafkaMessage[]): Promise<Answer> {
    const { weather, chance, broker } = this.world
    return new Promise((resolve) => {
      const answer = (afterMs: number, given: Answer): void => {
        this.process.inside(afterMs, () => resolve(given))
      }
      const fail = (afterMs: number, failure: Failure): void => answer(afterMs, { failure, divisible: false })
      const frozenMs = weather.brokerFrozenMs
      if (weather.brokerAway || weather.befalls('requestRefused')) fail(weather.way(), BROKER_AWAY)
      else if (records.some(isPoison)) {
        // As with a request beyond the broker's bound: a closed connection, or silence.
        if (chance.happens(0.5)) fail(weather.way(), BROKER_AWAY)
        else fail(this.publishTimeoutMs, NO_ANSWER)
      } else if (frozenMs > 0) {
        this.writeSomeTime(topic, records, frozenMs)
        fail(this.publishTimeoutMs, NO_ANSWER)
      } else if (weather.befalls('requestLost')) {
        this.writeSomeTime(topic, records, 0)
        fail(this.publishTimeoutMs, NO_ANSWER)
      } else if (weather.befalls('requestUnclear')) {
        if (chance.happens(0.7)) this.arrive(weather.way(), topic, records)
        fail(weather.way(), NOT_UNDERSTOOD)
      } else {
        this.onItsWay(weather.way(), () => {
          if (!this.process.alive && chance.happens(0.5)) return
          answer(weather.way(), broker.produce(topic, records))
        })
      }
    })
  }

  /** Each share is written on its own: now, later, or never. */
  private writeSomeTime(topic: string, records: readonly KafkaMessage[], notBeforeMs: number): void {
    const { chance, broker } = this.world
    for (const share of broker.shares(records)) {
      if (chance.happens(0.3)) continue
      const delay = chance.happens(0.5) ? chance.between(0, 50) : chance.between(0, LATEST_MS)
      this.arrive(notBeforeMs + delay, topic, share)
    }
  }

  private arrive(delayMs: number, topic: string, records: readonly KafkaMessage[]): void {
    this.onItsWay(delayMs, () => void this.world.broker.produce(topic, records))
  }

  private onItsWay(delayMs: number, action: () => void): void {
    const { weather, scheduler } = this.world
    weather.onTheirWay += 1
    scheduler.after(delayMs, '', () => {
      weather.onTheirWay -= 1
      action()
    })
  }
}

const nameOf = ({ key, headers }: KafkaMessage): string => `${key}/${headers.event_id ?? '?'}`
