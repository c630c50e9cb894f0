/** Puts the relay together from its settings: connections, loop, health. */
import { randomUUID } from 'node:crypto'
import type { Logger, Tracing } from '@infinite-scribe/service-kit'
import { describeError, poolMetrics } from '@infinite-scribe/service-kit'
import { OUTBOX_CHANNEL } from '@infinite-scribe/shared-types'
import { Registry } from 'prom-client'
import type { RelayConfiguration } from './config'
import { BacklogLook } from './health/backlog-look'
import { startHealthServer } from './health/health-server'
import { relayMetrics } from './health/metrics'
import { watchProgress } from './health/progress'
import { judgeReadiness } from './health/readiness'
import { createKafka } from './kafka/client'
import { RECORD_FAULT_CLASSES } from './kafka/error-table'
import { KafkaDeadLetterTopic } from './kafka/dead-letter-topic'
import { KafkaPublisher } from './kafka/kafka-publisher'
import { RequestProducer } from './kafka/request-producer'
import { TopicCatalog } from './kafka/topic-facts'
import { readBacklog } from './outbox/backlog'
import { Database } from './outbox/database'
import { PostgresLaneLeases } from './outbox/lane-leases'
import { Listener } from './outbox/listener'
import { postgresOutbox } from './outbox/postgres-outbox'
import { Signal } from './pipeline/signal'
import { Relay } from './relay'
import { SILENT, tellAll } from './relay-events'
import { deadLetterTopicOf } from './policy/dead-letter-name'
import { renewalInterval } from './policy/lease-times'
import { UNSENDABLE_CLASSES } from './policy/kafka-message'
import { REFUSED_CLASS } from './policy/refused-settlement'
import { relayLog } from './relay-log'
import { systemClock } from './system-clock'
import { tracedPublisher } from './traced-publisher'

export interface RelayService {
  readonly httpPort: number
  /** Rejects when a fault has ended the relay: it relays nothing any more. */
  readonly running: Promise<void>
  /** Finishes what is in flight, hands the lanes over, disconnects. */
  stop(): Promise<void>
}

/** What one claim may hold in memory, in bytes as the database stores them. */
const BATCH_BYTES = 8 * 1024 * 1024
/** No statement outlasts its lease: what it would settle is another relay's by then, and the lanes wait for it. */
const LONGEST_QUERY_MS = 30_000
/** How long a scrape waits for the look at the backlog, how long that may take, and how far it counts: to here in 0.4 s. */
const SCRAPE_WAITS_MS = 1000
const LONGEST_LOOK_MS = 5_000
const MOST_COUNTED = 200_000
/** How many leases long nothing may be settled while rows are due, or nothing be claimed at all, before the relay is called not ready. */
const PATIENCE_IN_LEASES = 1.5

/**
 * Starts relaying; neither PostgreSQL nor Kafka need be up.
 * @param name what operators know this process by
 * @param tracing where there is a collector
 * @throws when the port for health is taken, naming the setting
 */
export async function startRelayService(
  configuration: RelayConfiguration,
  name: string,
  log: Logger,
  tracing?: Tracing,
): Promise<RelayService> {
  const { databaseUrl: url, publishTimeoutMs, eventsTopic } = configuration
  const connect = (applicationName: string, connections: number, queryTimeoutMs: number): Database =>
    new Database({ url, applicationName, connections, queryTimeoutMs }, (error) =>
      log.debug('an idle connection to PostgreSQL died', { error: describeError(error) }),
    )
  const database = connect('message-relay', 4, Math.min(configuration.leaseMs, LONGEST_QUERY_MS))
  // Of its own: behind statements that wait for a lock it would tell nothing when it is asked for most.
  const metricsDatabase = connect('message-relay metrics', 1, LONGEST_LOOK_MS)
  const kafka = createKafka(
    { ...configuration.kafka, requestTimeoutMs: publishTimeoutMs },
    (message, details) => log.debug(message, details),
  )
  const topics = new TopicCatalog(kafka, () => systemClock.monotonicMs())
  const publisher = new KafkaPublisher(
    topics,
    new RequestProducer(kafka, publishTimeoutMs),
    new RequestProducer(kafka, publishTimeoutMs),
    eventsTopic,
  )
  const deadLetters = new KafkaDeadLetterTopic(
    topics,
    new RequestProducer(kafka, publishTimeoutMs),
    deadLetterTopicOf(eventsTopic),
  )
  const wakeUp = new Signal()
  const lanesWakeUp = new Signal()
  const progress = watchProgress(configuration.leaseMs * PATIENCE_IN_LEASES, () => systemClock.monotonicMs())
  const registry = new Registry()
  poolMetrics(registry, 'message_relay', () => database.use)
  const backlog = new BacklogLook(
    () => readBacklog(metricsDatabase, relay.reached, MOST_COUNTED),
    SCRAPE_WAITS_MS,
  )
  const events = tellAll([
    relayLog(log, () => systemClock.monotonicMs(), eventsTopic),
    relayMetrics(registry, {
      backlog: () => backlog.figures(),
      lanesOwned: () => relay.leasedLanes,
      faultClasses: [...RECORD_FAULT_CLASSES, ...UNSENDABLE_CLASSES, REFUSED_CLASS],
    }),
    { ...SILENT, ...progress },
  ])
  const relay: Relay = new Relay(
    {
      outbox: postgresOutbox(database),
      leases: new PostgresLaneLeases(database, { id: randomUUID(), name }, configuration.leaseMs),
      publisher: tracing ? tracedPublisher(publisher, tracing) : publisher,
      deadLetters,
      clock: systemClock,
      wakeUp,
      lanesWakeUp,
      upkeepWakeUp: new Signal(),
      events,
    },
    {
      ...configuration,
      batchBytes: BATCH_BYTES,
      renewEveryMs: renewalInterval(configuration.leaseMs),
      sentRetentionMs: configuration.sentRetentionHours * 3_600_000,
    },
  )
  const heard: Readonly<Record<string, () => void>> = {
    [OUTBOX_CHANNEL]: () => {
      events.wokenUp()
      wakeUp.wake()
    },
    outbox_lanes: () => lanesWakeUp.wake(),
    outbox_parked: () => relay.lookAtParked(),
  }
  const listener = new Listener(
    { url, applicationName: 'message-relay listener', channels: Object.keys(heard) },
    {
      heard: (channel) => heard[channel]?.(),
      listening: () => wakeUp.wake(),
      lost: (error, waitMs) => events.listenerLost(error, waitMs),
    },
  )
  let stopping = false
  let ended = false
  const health = await startHealthServer(
    configuration.httpPort,
    () =>
      judgeReadiness({
        leased: relay.leased,
        lanes: relay.leasedLanes,
        circuit: relay.circuit.now,
        stopping,
        stalled: [...progress.stalled(), ...(ended && !stopping ? ['it has ended: a fault of its own'] : [])],
      }),
    registry,
  ).catch((error: unknown) => {
    throw new Error(`RELAY_HTTP_PORT: ${(error as Error).message}`, { cause: error })
  })
  listener.open()
  const running = relay.run().finally(() => (ended = true))
  // Whoever cares is told by the promise itself.
  running.catch(() => undefined)
  return {
    httpPort: health.port,
    running,
    stop: async () => {
      stopping = true
      relay.stop()
      await running
      await Promise.all([listener.close(), publisher.close(), deadLetters.close(), health.close()])
      await Promise.all([database.end(), metricsDatabase.end()])
    },
  }
}
