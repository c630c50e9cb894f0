/** The ports' contracts on the model that the simulation runs on. */
import { Broker } from '../../simulation/model/broker'
import { ModelDeadLetterTopic } from '../../simulation/model/model-dead-letter-topic'
import { ModelLaneLeases } from '../../simulation/model/model-lane-leases'
import { ModelOutbox } from '../../simulation/model/model-outbox'
import {
  directBrokerSession,
  ModelPublisher,
  type BrokerSession,
} from '../../simulation/model/model-publisher'
import { ModelClock, ModelWakeUp, type Timer } from '../../simulation/model/model-time'
import { directSession } from '../../simulation/model/session'
import { Tables, type ModelRow } from '../../simulation/model/tables'
import { BROKER_AWAY } from '../../simulation/model/failure'
import { clockContract } from './clock-contract.test'
import { deadLetterTopicContract } from './dead-letter-topic-contract.test'
import { laneLeasesContract } from './lane-leases-contract.test'
import { outboxReaderContract } from './outbox-reader-contract.test'
import { outboxSettlerContract } from './outbox-settler-contract.test'
import { envelope, type NewRow, type OutboxUnderTest } from './outbox-under-test.test'
import { outboxUpkeepContract } from './outbox-upkeep-contract.test'
import { publisherContract, type PublisherUnderTest } from './publisher-contract.test'
import { wakeUpContract } from './wake-up-contract.test'

const LEASE_MS = 10_000
const AN_HOUR_MS = 3_600_000

function modelOutbox(): Promise<OutboxUnderTest> {
  let now = AN_HOUR_MS * 2
  const tables = new Tables(() => now)
  const session = directSession(tables)
  let relays = 0
  const find = (id: string): ModelRow => tables.all().find((row) => row.id === id)!
  const begin = (rows: readonly NewRow[]) => {
    const begun = tables.transaction()
    const written = rows.map(({ key, payload = envelope() }) =>
      begun.insert({ topic: 't', key, value: JSON.stringify(payload) }),
    )
    return { begun, written }
  }
  return Promise.resolve({
    outbox: new ModelOutbox(tables, session),
    relay: () => new ModelLaneLeases(tables, session, `relay-${(relays += 1)}`, LEASE_MS),
    insert: (rows) => {
      const { begun, written } = begin(rows)
      begun.commit()
      return Promise.resolve(written.map(({ id, lane, seq }) => ({ id, lane, seq })))
    },
    open: (rows) => {
      const { begun } = begin(rows)
      const commit = (): Promise<void> => {
        begun.commit()
        return Promise.resolve()
      }
      return Promise.resolve({ xid: String(begun.xid), commit })
    },
    stored: (id) => {
      const row = tables.all().find((each) => each.id === id)
      if (!row) return Promise.resolve(undefined)
      const dueInMs = row.nextAttemptAt === null ? null : row.nextAttemptAt - now
      return Promise.resolve({ ...row, dueInMs, errorClass: row.error?.class ?? null })
    },
    setStatus: (id, status) => {
      const row = find(id)
      if (status === 'PENDING' && row.status !== 'PENDING') tables.setBack(row)
      row.status = status
      return Promise.resolve()
    },
    drop: (id) => {
      find(id).dropped = true
      return Promise.resolve()
    },
    expireLeases: () => {
      now += LEASE_MS
      return Promise.resolve()
    },
    ageSent: (id) => {
      find(id).sentAt = now - AN_HOUR_MS
      return Promise.resolve()
    },
    keysOfOneLane: (count) => {
      const keys: string[] = []
      for (let n = 1; keys.length < count; n += 1) {
        if (tables.laneOf(`k${n}`) === tables.laneOf('k1')) keys.push(`k${n}`)
      }
      return Promise.resolve(keys)
    },
    close: () => Promise.resolve(),
  })
}

function modelPublisher(): Promise<PublisherUnderTest> {
  const topics = { events: 'events', other: 'other', missing: 'nowhere', valueBytes: 1000 }
  const broker = new Broker([topics.events, topics.other], topics.events, topics.valueBytes)
  const away: BrokerSession = {
    produce: () => Promise.resolve({ failure: BROKER_AWAY, divisible: false }),
    probe: () => Promise.resolve(BROKER_AWAY.fault),
  }
  const publisher = (session: BrokerSession) => new ModelPublisher(session, broker, 100)
  return Promise.resolve({
    ...topics,
    publisher: publisher(directBrokerSession(broker)),
    withoutBroker: publisher(away),
    withoutEventsTopic: () => {
      broker.deleteTopic(topics.events)
      return Promise.resolve(publisher(directBrokerSession(broker)))
    },
    records: (topic) => Promise.resolve(broker.records(topic)),
    close: () => Promise.resolve(),
  })
}

/** Time that passes when it is told to. */
function handDriven(): { timer: Timer; now: () => number; pass: (ms: number) => Promise<void> } {
  let now = 0
  let due: { at: number; action: () => void }[] = []
  return {
    now: () => now,
    timer: (ms, action) => {
      const entry = { at: now + ms, action }
      due.push(entry)
      return () => (due = due.filter((each) => each !== entry))
    },
    pass: (ms) => {
      now += ms
      const ripe = due.filter(({ at }) => at <= now)
      due = due.filter(({ at }) => at > now)
      for (const { action } of ripe) action()
      return Promise.resolve()
    },
  }
}

describe('the model', () => {
  outboxReaderContract(modelOutbox)
  outboxSettlerContract(modelOutbox)
  outboxUpkeepContract(modelOutbox)
  laneLeasesContract(modelOutbox)
  publisherContract(modelPublisher)
  deadLetterTopicContract(() => {
    const topic = new ModelDeadLetterTopic()
    return Promise.resolve({
      topic,
      away: new ModelDeadLetterTopic(() => BROKER_AWAY.fault),
      arrived: () => Promise.resolve(topic.arrived),
      close: () => Promise.resolve(),
    })
  })
  wakeUpContract(() => {
    const { timer, pass } = handDriven()
    return { wakeUp: new ModelWakeUp(timer), pass }
  })
  clockContract(() => {
    const { timer, now, pass } = handDriven()
    return { clock: new ModelClock(now, () => new Date(now()), timer), pass }
  })
})
