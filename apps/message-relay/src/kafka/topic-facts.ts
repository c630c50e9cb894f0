/** What the broker says of a topic: how many partitions, whether all are led, and how large a batch may be. */
import { ConfigResourceTypes, type Admin, type Kafka } from 'kafkajs'

export interface TopicFacts {
  readonly partitions: number
  /** Largest record batch of a partition in bytes; Kafka's default where it is not known. */
  readonly maxBatchBytes: number
  /** False where the broker does not say: it may take more. */
  readonly isBoundKnown: boolean
}

/** Kafka's own default of message.max.bytes, for where the broker does not say. */
const DEFAULT_MAX_BATCH_BYTES = 1_048_588
const FACTS_LIVE_MS = 60_000
const LEADERLESS = 5

/** A leaderless partition, as the table of errors knows it. */
class LeaderNotAvailableError extends Error {
  override readonly name = 'LeaderNotAvailableError'
  readonly code = LEADERLESS
  readonly type = 'LEADER_NOT_AVAILABLE'
}

export class TopicCatalog {
  private readonly facts = new Map<string, { facts: TopicFacts; until: number }>()
  private admin: Promise<Admin> | undefined

  constructor(
    private readonly kafka: Kafka,
    private readonly monotonicMs: () => number,
  ) {}

  /** What was last heard of `topic`, asked again after a minute. @throws what kafkajs throws */
  async of(topic: string): Promise<TopicFacts> {
    const known = this.facts.get(topic)
    if (known && known.until > this.monotonicMs()) return known.facts
    const admin = await this.connected()
    const facts = {
      partitions: await this.ledPartitions(admin, topic),
      ...(await batchBound(admin, topic)),
    }
    this.facts.set(topic, { facts, until: this.monotonicMs() + FACTS_LIVE_MS })
    return facts
  }

  /** What was heard of `topic` is doubtful. */
  forget(topic: string): void {
    this.facts.delete(topic)
  }

  /** Asks for the topic and each partition's leader. @throws what kafkajs throws, or when a partition has no leader */
  async check(topic: string): Promise<void> {
    try {
      const partitions = await this.ledPartitions(await this.connected(), topic)
      if (this.facts.get(topic)?.facts.partitions !== partitions) this.forget(topic)
    } catch (error) {
      // A connection that timed out may stay dead: the next check begins with a new one.
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const { admin } = this
    this.admin = undefined
    await admin?.then((connected) => connected.disconnect()).catch(() => undefined)
  }

  /** One connection for all who ask at once. */
  private connected(): Promise<Admin> {
    const connecting = (this.admin ??= this.connect())
    connecting.catch(() => {
      if (this.admin === connecting) this.admin = undefined
    })
    return connecting
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin()
    try {
      await admin.connect()
      return admin
    } catch (error) {
      admin.disconnect().catch(() => undefined)
      throw error
    }
  }

  private async ledPartitions(admin: Admin, topic: string): Promise<number> {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const partitions = topics[0]?.partitions ?? []
    const leaderless = partitions.filter(({ leader }) => leader < 0)
    if (partitions.length === 0 || leaderless.length > 0) {
      const which = leaderless.map(({ partitionId }) => partitionId).join(', ')
      throw new LeaderNotAvailableError(
        `topic ${topic}: no leader for partitions ${which || 'of any number'}`,
      )
    }
    return partitions.length
  }
}

const UNKNOWN_BOUND = { maxBatchBytes: DEFAULT_MAX_BATCH_BYTES, isBoundKnown: false }

async function batchBound(
  admin: Admin,
  topic: string,
): Promise<Pick<TopicFacts, 'maxBatchBytes' | 'isBoundKnown'>> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] }],
    })
    const value = Number(resources[0]?.configEntries[0]?.configValue)
    return value > 0 ? { maxBatchBytes: value, isBoundKnown: true } : UNKNOWN_BOUND
  } catch {
    // Not every relay may read the configuration; what is refused for its size is bisected.
    return UNKNOWN_BOUND
  }
}
