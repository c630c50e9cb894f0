/** The publisher's port over the model's broker: one request in flight, and one bad record fails alone. */
import type { NotTried, Publisher } from '../../pipeline/ports'
import type { KafkaMessage } from '../../policy/kafka-message'
import type { Fault, Outcome } from '../../policy/outcome'
import type { Answer, Broker } from './broker'
import type { Failure } from './failure'

/** How a request reaches the broker, and the answer the relay. */
export interface BrokerSession {
  produce(topic: string, records: readonly KafkaMessage[]): Promise<Answer>
  probe(): Promise<Fault | undefined>
}

export function directBrokerSession(broker: Broker): BrokerSession {
  return {
    produce: (topic, records) => Promise.resolve(broker.produce(topic, records)),
    probe: () => Promise.resolve(broker.problem()),
  }
}

type Result = Outcome | NotTried

export class ModelPublisher implements Publisher {
  /** @param requestRecords how many records one request holds at most */
  constructor(
    private readonly session: BrokerSession,
    private readonly broker: Broker,
    private readonly requestRecords: number,
  ) {}

  async publish(records: readonly KafkaMessage[], mayStart: () => boolean): Promise<Result[]> {
    const call = new Call(mayStart)
    for (const request of this.requests(records)) await this.send(request, call)
    return records.map((record) => call.results.get(record) ?? { kind: 'handed_back' })
  }

  probe(): Promise<Fault | undefined> {
    return this.session.probe()
  }

  /** Neighbours of one topic go together. */
  private requests(records: readonly KafkaMessage[]): KafkaMessage[][] {
    const requests: KafkaMessage[][] = []
    for (const record of records) {
      const last = requests.at(-1)
      if (last && last[0]?.topic === record.topic && last.length < this.requestRecords) last.push(record)
      else requests.push([record])
    }
    return requests
  }

  private async send(request: readonly KafkaMessage[], call: Call): Promise<void> {
    const records = call.open(request)
    const topic = records[0]?.topic
    if (topic === undefined) return
    if (!call.mayStart()) {
      call.handBack(records)
      return
    }
    const answer = await this.session.produce(topic, records)
    if ('receipts' in answer) {
      records.forEach((record, nth) => {
        const receipt = answer.receipts[nth]
        if (receipt) call.results.set(record, { kind: 'sent', ...receipt })
      })
    } else if (answer.divisible && records.length > 1) {
      for (const part of this.parts(records)) await this.send(part, call)
    } else call.fail(records, answer.failure)
  }

  private parts(records: readonly KafkaMessage[]): (readonly KafkaMessage[])[] {
    const shares = this.broker.shares(records)
    if (shares.length > 1) return shares
    const middle = Math.ceil(records.length / 2)
    return [records.slice(0, middle), records.slice(middle)]
  }
}

/** What one call knows of its records, and the keys that go no further. */
class Call {
  readonly results = new Map<KafkaMessage, Result>()
  private readonly stopped = new Map<string, NotTried>()
  private brokerAway = false

  constructor(private readonly allowed: () => boolean) {}

  mayStart(): boolean {
    return !this.brokerAway && this.allowed()
  }

  open(records: readonly KafkaMessage[]): KafkaMessage[] {
    return records.filter((record) => {
      const reason = this.stopped.get(record.key)
      if (reason) this.results.set(record, reason)
      return !reason
    })
  }

  /** The first record of each key has failed, what follows it waits behind it. */
  fail(records: readonly KafkaMessage[], failure: Failure): void {
    if (failure.kind === 'unavailable' && failure.scope === 'broker') this.brokerAway = true
    for (const record of records) {
      this.results.set(record, this.stopped.get(record.key) ?? failure)
      this.stopped.set(record.key, { kind: 'withheld' })
    }
  }

  handBack(records: readonly KafkaMessage[]): void {
    for (const record of records) {
      this.stopped.set(record.key, { kind: 'handed_back' })
      this.results.set(record, { kind: 'handed_back' })
    }
  }
}
