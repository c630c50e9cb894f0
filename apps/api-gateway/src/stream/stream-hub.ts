/** All streams of the process: hands each what the tail brings, keeps them alive, and ends them in time. */
import type { EventBatch, TailMoment } from './batch-reader'
import type { TailReaders } from './event-tail'
import { eventFrame, HEARTBEAT, progressFrame, type Frame } from './frames'
import type { OpenStream } from './open-stream'
import type { Interest } from './read-new-events'
import type { TaskProgress } from './read-task-progress'
import { sessionPosition } from './session-position'
import type { StreamEvent } from './stream-event'
import { StreamIndex } from './stream-index'
import { positionScope, writeUserPosition } from './user-position'

export interface HubSettings {
  readonly heartbeatMs: number
  /** How long a reader may take nothing while it catches up, in milliseconds. */
  readonly stuckMs: number
  /** Above this many users and sessions everybody's events are asked for, instead of naming them all. */
  readonly maxNamed: number
}

export const HUB_SETTINGS: HubSettings = { heartbeatMs: 15_000, stuckMs: 30_000, maxNamed: 100 }

const LONGEST_TIMER_MS = 2 ** 31 - 1

export class StreamHub implements TailReaders {
  private readonly all = new Set<OpenStream>()
  private readonly ofUser = new StreamIndex()
  private readonly ofSession = new StreamIndex()
  private readonly ungreeted = new Set<OpenStream>()
  private greeted = new Set<OpenStream>()
  private heartbeat: NodeJS.Timeout | undefined
  private expiry: NodeJS.Timeout | undefined

  /** @param now milliseconds since the epoch */
  constructor(
    private readonly settings: HubSettings = HUB_SETTINGS,
    private readonly now: () => number = Date.now,
  ) {}

  get size(): number {
    return this.all.size
  }

  add(stream: OpenStream): void {
    this.all.add(stream)
    this.indexOf(stream).add(keyOf(stream), stream)
    this.heartbeat ??= setInterval(() => this.beat(), this.settings.heartbeatMs)
    this.watchExpiry()
  }

  remove(stream: OpenStream): void {
    this.all.delete(stream)
    this.ungreeted.delete(stream)
    this.greeted.delete(stream)
    this.indexOf(stream).delete(keyOf(stream), stream)
    if (this.all.size > 0) return
    clearInterval(this.heartbeat)
    clearTimeout(this.expiry)
    this.heartbeat = undefined
  }

  /** Tells a stream that has become live of the running tasks, with the tail's next reading of tasks. */
  greet(stream: OpenStream): void {
    if (stream.live) this.ungreeted.add(stream)
  }

  /** Ends every stream as a whole response. */
  endAll(): void {
    for (const stream of [...this.all]) this.end(stream)
  }

  interest(): Interest | null | undefined {
    if (this.all.size === 0) return undefined
    if (this.ofUser.size + this.ofSession.size > this.settings.maxNamed) return null
    return { users: this.ofUser.keys(), sessions: this.ofSession.keys() }
  }

  deliver(batch: EventBatch): void {
    const lastOfUser = new Map<string, StreamEvent>()
    if (batch.last)
      for (const event of batch.events) if (this.ofUser.get(event.owner)) lastOfUser.set(event.owner, event)
    for (const event of batch.events) {
      const ofUser = this.ofUser.get(event.owner)
      if (ofUser) {
        const settled = lastOfUser.get(event.owner) === event
        offer(ofUser, eventFrame(userPositionAfter(batch, event, settled), event))
      }
      const ofSession = this.ofSession.get(event.sessionId)
      if (ofSession) offer(ofSession, eventFrame(sessionPosition(event.sessionId, event.version), event))
    }
  }

  newcomers(): Interest {
    this.greeted = new Set(this.ungreeted)
    this.ungreeted.clear()
    const users: string[] = []
    const sessions: string[] = []
    for (const { filter } of this.greeted) {
      if (filter.sessionId === undefined) users.push(filter.userId)
      else sessions.push(filter.sessionId)
    }
    return { users, sessions }
  }

  progressed(tasks: readonly TaskProgress[], reported: ReadonlySet<string>): void {
    for (const task of tasks) {
      const bytes = progressFrame(task)
      const isNews = reported.has(task.taskId)
      for (const streams of [this.ofUser.get(task.owner), this.ofSession.get(task.sessionId)])
        for (const stream of streams ?? [])
          if (stream.live && (isNews || this.greeted.has(stream))) stream.sendNow(bytes)
    }
    this.greeted.clear()
  }

  resumed(): void {
    for (const stream of this.all) this.greet(stream)
  }

  displaced(): void {
    this.endAll()
  }

  private beat(): void {
    const stuckBefore = performance.now() - this.settings.stuckMs
    for (const stream of [...this.all]) {
      if (stream.stuckSince === undefined) stream.sendNow(HEARTBEAT)
      else if (stream.stuckSince < stuckBefore) stream.drop()
    }
  }

  private watchExpiry(): void {
    clearTimeout(this.expiry)
    let next = Number.POSITIVE_INFINITY
    for (const { expiresAt } of this.all) next = Math.min(next, expiresAt)
    if (next === Number.POSITIVE_INFINITY) return
    const wait = Math.min(Math.max(next - this.now(), 0), LONGEST_TIMER_MS)
    this.expiry = setTimeout(() => this.endExpired(), wait)
  }

  private endExpired(): void {
    const now = this.now()
    for (const stream of [...this.all]) if (stream.expiresAt <= now) this.end(stream)
    this.watchExpiry()
  }

  // Out of the index at once: how long the reader takes for the rest is no concern of ours.
  private end(stream: OpenStream): void {
    stream.end()
    this.remove(stream)
  }

  private indexOf({ filter }: OpenStream): StreamIndex {
    return filter.sessionId === undefined ? this.ofUser : this.ofSession
  }
}

function keyOf({ filter }: OpenStream): string {
  return filter.sessionId ?? filter.userId
}

function offer(streams: ReadonlySet<OpenStream>, frame: Frame): void {
  for (const stream of streams) stream.offer(frame)
}

/** @param settled whether nothing more of the batch is this user's, so that the shorter form says the same */
export function userPositionAfter(
  { since, until }: { since: TailMoment; until: TailMoment },
  event: StreamEvent,
  settled: boolean,
): string {
  return writeUserPosition(
    positionScope(until.database, event.owner),
    settled
      ? { seen: until, floor: until.floor }
      : { seen: since, partly: { shown: until, upTo: event.id }, floor: since.floor },
  )
}
