/** Sends the wake-ups by NOTIFY, after the commit and on a connection of its own. */
import { setTimeout as delay } from 'node:timers/promises'
import { OUTBOX_CHANNEL, PROGRESS_CHANNEL } from '@infinite-scribe/shared-types'
import { Client } from 'pg'
import type { Notifier } from './notifier'

const TIMEOUT_MS = 1_500
// Under load every commit would send one; a relay that was woken a moment ago is at work.
const APART_MS = 2
// While PostgreSQL refuses, every try opens a connection.
const AFTER_FAILURE_MS = 100

/**
 * One statement is in flight at a time, and the next is sent a moment after it; all who ask meanwhile share that. NOTIFY
 * inside a write transaction would take a lock on the whole database at its commit. A signal that fails is lost: those
 * who listen poll too.
 */
export class WakeUp implements Notifier {
  private client: Client | undefined
  private outboxAsked = false
  private readonly tasksAsked = new Set<string>()
  private sending: Promise<void> | undefined
  private stopped = false
  private failing = false

  /** @param failed is told of the first failure after a success, not of every one */
  constructor(
    private readonly databaseUrl: string,
    private readonly failed: (error: unknown) => void,
  ) {}

  eventsWritten(): void {
    this.outboxAsked = true
    this.send()
  }

  taskProgressed(taskId: string): void {
    this.tasksAsked.add(taskId)
    this.send()
  }

  /** Sends what was asked for, and closes the connection. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.sending
    await this.client?.end().catch(() => undefined)
    this.client = undefined
  }

  private send(): void {
    if (this.sending || this.stopped) return
    this.sending = this.drain().finally(() => {
      this.sending = undefined
      // Whoever asked after the last look and before this moment was not sent for.
      if (this.isAsked()) this.send()
    })
  }

  private async drain(): Promise<void> {
    while (this.isAsked()) {
      const channels = this.outboxAsked ? [OUTBOX_CHANNEL] : []
      const payloads = this.outboxAsked ? [''] : []
      for (const taskId of this.tasksAsked) {
        channels.push(PROGRESS_CHANNEL)
        payloads.push(taskId)
      }
      this.outboxAsked = false
      this.tasksAsked.clear()
      try {
        const client = (this.client ??= await this.connect())
        await client.query({
          name: 'wake-up',
          text: 'SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS asked (channel, payload)',
          values: [channels, payloads],
        })
        this.failing = false
      } catch (error) {
        this.drop()
        if (!this.failing) this.failed(error)
        this.failing = true
      } finally {
        await delay(this.failing ? AFTER_FAILURE_MS : APART_MS)
      }
    }
  }

  private isAsked(): boolean {
    return this.outboxAsked || this.tasksAsked.size > 0
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.databaseUrl,
      application_name: 'api-gateway wake-up',
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      keepAlive: true,
    })
    // An idle connection that dies says so here; the next signal opens another.
    client.on('error', () => {
      if (this.client === client) this.drop()
    })
    await client.connect()
    return client
  }

  private drop(): void {
    void this.client?.end().catch(() => undefined)
    this.client = undefined
  }
}
