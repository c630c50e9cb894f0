/**
 * Follows domain_events for all streams of the process: one connection, woken by the commits. After a lost
 * connection it goes on where it was.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { BatchReader, type EventBatch, type TailMoment } from './batch-reader'
import { MomentWaiters } from './moment-waiters'
import type { Interest } from './read-new-events'
import { readTaskProgress, type TaskProgress } from './read-task-progress'
import type { TailConnection, TailSignals } from './tail-connection'
import { WakeUps } from './wake-ups'

/** Who reads the tail. */
export interface TailReaders {
  /** Whose events are wanted now; null for everybody's, undefined when nobody reads. */
  interest(): Interest | null | undefined
  deliver(batch: EventBatch): void
  /** Who is to be told of all running tasks; asked when a task reported and after {@link EventTail.readTasks}. */
  newcomers(): Interest
  /** Running tasks: those that reported, and all of the newcomers. */
  progressed(tasks: readonly TaskProgress[], reported: ReadonlySet<string>): void
  /** The connection was away: reports of progress may have been missed. */
  resumed(): void
  /** Another database answers, or an older state of this one: positions mean nothing there. */
  displaced(): void
}

export interface TailSettings {
  /** How late a commit whose signal was lost may be seen, in milliseconds; nobody asks while nobody reads. */
  readonly pollMs: number
  /** The least time between two looks, in milliseconds: under load several commits share one. */
  readonly gapMs: number
  /** Rows in one answer. */
  readonly batchSize: number
  /** How long {@link EventTail.refresh} waits for a PostgreSQL that neither answers nor refuses, in milliseconds. */
  readonly patienceMs: number
  /** The longest wait before another try to connect, in milliseconds, while nobody asks. */
  readonly reconnectMs: number
}

export const TAIL_SETTINGS: TailSettings = {
  pollMs: 5_000,
  gapMs: 10,
  batchSize: 200,
  patienceMs: 1_500,
  reconnectMs: 1_000,
}

export interface EventTailParts {
  connect(signals: TailSignals): Promise<TailConnection>
  readonly readers: TailReaders
  /** Told when following fails, the first time after it worked. */
  readonly failed: (error: unknown) => void
  readonly settings?: Partial<TailSettings>
}

const NOBODY: Interest = { users: [], sessions: [] }
const FIRST_RECONNECT_MS = 50

export class EventTail {
  private readonly settings: TailSettings
  private readonly wakeUps: WakeUps
  private readonly reader: BatchReader
  private readonly reported = new Set<string>()
  private readonly waiters: MomentWaiters
  private readonly stopping = new AbortController()
  private hurry = new AbortController()
  private running: Promise<void> | undefined
  private failures = 0
  private tasksAsked = false

  constructor(private readonly parts: EventTailParts) {
    this.settings = { ...TAIL_SETTINGS, ...parts.settings }
    this.wakeUps = new WakeUps(this.settings)
    this.reader = new BatchReader(this.settings.batchSize)
    this.waiters = new MomentWaiters(this.settings.patienceMs)
  }

  /** Connects, and stays connected until {@link stop}. */
  start(): void {
    if (!this.stopping.signal.aborted) this.running ??= this.run()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.hurry.abort()
    this.wakeUps.wakeNow()
    await this.running
    this.waiters.refuseAll('The gateway is stopping')
  }

  /**
   * Looks once more and answers where the tail stands then. Whoever goes on without waiting for anything else
   * misses nothing that is handed out later.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE when PostgreSQL is away, or does not answer in time.
   */
  refresh(): Promise<TailMoment> {
    this.start()
    const moment = this.waiters.wait()
    this.hurry.abort()
    this.wakeUps.wakeNow()
    return moment
  }

  /** Has the running tasks of {@link TailReaders.newcomers} read. */
  readTasks(): void {
    this.tasksAsked = true
    this.wakeUps.wake()
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      let connection: TailConnection | undefined
      try {
        this.wakeUps.reset()
        connection = await this.parts.connect({
          eventsWritten: () => this.wakeUps.wake(),
          taskProgressed: (taskId) => {
            if (this.parts.readers.interest() === undefined) return
            this.reported.add(taskId)
            this.wakeUps.wake()
          },
          lost: (error) => this.wakeUps.fail(error),
        })
        await this.follow(connection)
      } catch (error) {
        if (this.failures === 0) this.parts.failed(error)
        // A connection that is lost comes back at once, as a rule: whoever asks is told of the second failure.
        else this.waiters.refuseAll('PostgreSQL is away')
        const wait = FIRST_RECONNECT_MS * 2 ** Math.min(this.failures, 10)
        this.failures += 1
        await this.pause(Math.min(this.settings.reconnectMs, wait))
      } finally {
        connection?.close()
      }
    }
  }

  private async follow(connection: TailConnection): Promise<void> {
    // Signals of the time without a connection are lost, those of progress too.
    this.parts.readers.resumed()
    this.readTasks()
    for (;;) {
      await this.wakeUps.next(this.parts.readers.interest() !== undefined)
      if (this.stopping.signal.aborted) return
      await this.look(connection)
      this.failures = 0
    }
  }

  private async look(connection: TailConnection): Promise<void> {
    const { readers } = this.parts
    const interest = readers.interest()
    if (interest === undefined && this.waiters.size === 0) {
      this.reader.forget()
      this.reported.clear()
      return
    }
    // Who asks from here on waits for the next look: this one may not show what they have seen.
    const answer = this.waiters.answerer()
    const wanted = interest === undefined ? NOBODY : interest
    if (!(await this.reader.advance(connection, wanted, (batch) => readers.deliver(batch)))) {
      this.reader.forget()
      readers.displaced()
      await this.reader.advance(connection, wanted, () => undefined)
    }
    const { moment } = this.reader
    if (moment) answer(moment)
    if (this.tasksAsked || this.reported.size > 0) await this.readProgress(connection)
  }

  private async readProgress({ client }: TailConnection): Promise<void> {
    const { readers } = this.parts
    const reported = new Set(this.reported)
    this.reported.clear()
    this.tasksAsked = false
    readers.progressed(await readTaskProgress(client, [...reported], readers.newcomers()), reported)
  }

  // Cut short when somebody asks, but never so short that a crowd of them keeps the server busy.
  private async pause(ms: number): Promise<void> {
    await sleep(FIRST_RECONNECT_MS, this.stopping.signal)
    if (this.waiters.size > 0 || this.stopping.signal.aborted) return
    this.hurry = new AbortController()
    await sleep(ms - FIRST_RECONNECT_MS, this.hurry.signal)
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
