/** Reads events back from Kafka, as the agents and every other service do. */
import { randomUUID } from 'node:crypto'
import type { Consumer, Kafka } from 'kafkajs'
import { quietKafka } from '../readiness/kafka-ready'
import { waitUntil } from '../wait-until'
import { DemoFault } from './demo-fault'

export interface Envelope {
  readonly event_id: string
  readonly correlation_id: string
  readonly causation_id: string | null
  readonly event_type: string
  readonly aggregate_id: string
  readonly aggregate_version: number
  readonly metadata: { readonly task_id?: string }
}

export interface ReceivedEvent {
  readonly partition: number
  readonly offset: string
  readonly key: string
  readonly envelope: Envelope
  readonly receivedAt: number
}

const WAIT_MS = 30_000

export class EventListener {
  private readonly received: ReceivedEvent[] = []
  private readonly kafka: Kafka
  private readonly groupId = `demo-${randomUUID()}`
  private readonly consumer: Consumer

  constructor(
    brokers: string,
    private readonly topic: string,
  ) {
    // A broker's very first group must wait until the broker has made the place where it keeps groups.
    this.kafka = quietKafka(brokers, 30_000, 8)
    // A short wait lets the consumer leave quickly at the end.
    this.consumer = this.kafka.consumer({
      groupId: this.groupId,
      maxWaitTimeInMs: 100,
    })
  }

  /** Returns once the consumer has joined its group. */
  async start(): Promise<void> {
    const { GROUP_JOIN, CRASH } = this.consumer.events
    const joined = new Promise<void>((resolve, reject) => {
      this.consumer.on(GROUP_JOIN, () => resolve())
      // A crash that kafkajs gets over by itself, while the broker makes its first group, is none.
      this.consumer.on(CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
    })
    await this.consumer.connect()
    // From the beginning: a record sent while the group forms would be missed otherwise.
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: true })
    await this.consumer.run({
      eachMessage: ({ partition, message }) => {
        this.received.push({
          partition,
          offset: message.offset,
          key: message.key?.toString() ?? '',
          envelope: JSON.parse(message.value?.toString() ?? 'null') as Envelope,
          receivedAt: performance.now(),
        })
        return Promise.resolve()
      },
    })
    await joined
  }

  /** The events of one session so far, in the order in which Kafka first gave them: a repeat is delivery's right. */
  eventsOf(sessionId: string): ReceivedEvent[] {
    const seen = new Set<string>()
    return this.received.filter(({ envelope: { aggregate_id, event_id } }) => {
      if (aggregate_id !== sessionId || seen.has(event_id)) return false
      seen.add(event_id)
      return true
    })
  }

  /** Waits for a session's event of this type. */
  async eventOf(sessionId: string, type: string): Promise<ReceivedEvent> {
    return this.until(`${type} on Kafka`, () =>
      this.eventsOf(sessionId).find(({ envelope }) => envelope.event_type === type),
    )
  }

  /** Waits until the session's events are this many. */
  async someEventsOf(sessionId: string, count: number): Promise<ReceivedEvent[]> {
    return this.until(`${count} events on Kafka`, () => {
      const events = this.eventsOf(sessionId)
      return events.length >= count ? events : undefined
    })
  }

  private async until<T>(what: string, probe: () => T | undefined): Promise<T> {
    try {
      return await waitUntil(what, probe, { timeoutMs: WAIT_MS, intervalMs: 2 })
    } catch (cause) {
      throw new DemoFault((cause as Error).message, { cause })
    }
  }

  /** Leaves, and takes the group's traces with it. */
  async stop(): Promise<void> {
    await this.consumer.disconnect()
    const admin = this.kafka.admin()
    await admin.connect()
    await admin.deleteGroups([this.groupId]).catch(() => undefined)
    await admin.disconnect()
  }
}
