/** The agents: read requests from Kafka, report on their tasks over HTTP, and leave some to their fate. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient, type Client } from '@infinite-scribe/client'
import { Kafka, logLevel, type Consumer } from 'kafkajs'
import type { Random } from '../plan/random'
import type { Ledger } from './ledger'
import { ANY_GATEWAY, recordingFetch, type Gateway } from './recording-fetch'
import { attempt } from './user'

export interface AgentParts {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly token: string
  readonly ledger: Ledger
  readonly random: Random
  readonly gateways: readonly Gateway[]
  readonly signal: AbortSignal
}

interface Envelope {
  readonly event_id: string
  readonly event_type: string
  readonly metadata: { readonly task_id?: string }
}

const BEFORE_NEXT_CONSUMER_MS = 500

export class Agents {
  private readonly client: Client
  /** Delivery is at least once: who has worked on an event knows it by its id. */
  private readonly known = new Set<string>()
  private readonly work = new Set<Promise<void>>()
  private listening: Promise<void> = Promise.resolve()

  constructor(private readonly parts: AgentParts) {
    const { token, ledger, random, gateways } = parts
    this.client = createClient({
      baseUrl: ANY_GATEWAY,
      token,
      fetch: recordingFetch(ledger, () => random.pick(gateways)),
      retry: { attempts: 6, firstDelayMs: 100, maxDelayMs: 2_000 },
      timeoutMs: 5_000,
    })
  }

  start(): void {
    this.listening = this.listen()
  }

  /** Gives up these tasks: whatever is left open would end by itself at a moment that nobody waits for. */
  async giveUp(taskIds: readonly string[]): Promise<void> {
    await Promise.all(
      taskIds.map((taskId) =>
        attempt(() => this.client.fail(taskId, { message: 'the end', code: 'the_end' })),
      ),
    )
  }

  /** Resolves when the last report was made; the signal ends the listening. */
  async close(): Promise<void> {
    await this.listening
    await Promise.allSettled(this.work)
  }

  // A consumer that the broker's faults end is followed by a new one, which reads all again.
  private async listen(): Promise<void> {
    const { signal } = this.parts
    while (!signal.aborted) {
      await this.listenOnce().catch(() => delay(BEFORE_NEXT_CONSUMER_MS))
    }
  }

  private async listenOnce(): Promise<void> {
    const { brokers, topic, signal } = this.parts
    const kafka = new Kafka({
      clientId: 'chaos-agents',
      brokers: [...brokers],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2_000,
      requestTimeout: 5_000,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 },
    })
    const consumer = kafka.consumer({
      groupId: `chaos-agents-${randomUUID()}`,
      maxWaitTimeInMs: 100,
      sessionTimeout: 10_000,
    })
    try {
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await untilEnded(consumer, signal, (value) => this.take(value))
    } finally {
      // A broker that does not answer must not hold up the next consumer.
      await Promise.race([consumer.disconnect().catch(() => undefined), delay(2_000)])
    }
  }

  private take(value: string): void {
    const event = JSON.parse(value) as Envelope
    const taskId = event.metadata.task_id
    if (!event.event_type.endsWith('GenerationRequested') || taskId === undefined) return
    if (this.known.has(event.event_id)) return
    this.known.add(event.event_id)
    const job: Promise<void> = this.report(taskId).finally(() => this.work.delete(job))
    this.work.add(job)
  }

  private async report(taskId: string): Promise<void> {
    const { random } = this.parts
    const { client } = this
    const fate = random.next()
    if (random.chance(0.5)) {
      await attempt(() => client.progress(taskId, { progress: random.between(1, 99), message: 'thinking' }))
    }
    if (fate < 0.6) {
      const complete = () => attempt(() => client.complete(taskId, { concepts: [taskId] }))
      // Two agents with one result.
      await Promise.all(random.chance(0.2) ? [complete(), complete()] : [complete()])
    } else if (fate < 0.8) {
      await attempt(() => client.fail(taskId, { message: 'no idea', code: 'no_idea' }))
    }
  }
}

function untilEnded(consumer: Consumer, signal: AbortSignal, take: (value: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
    consumer
      .run({
        eachMessage: ({ message }) => {
          if (message.value) take(message.value.toString())
          return Promise.resolve()
        },
      })
      .catch(reject)
  })
}
