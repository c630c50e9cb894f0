/** Opens streams: a seat for the caller, a position to begin from, what was missed, and then what happens. */
import type { Writable } from 'node:stream'
import { refuse, ServiceFault, type Refusal } from '../outcome'
import type { OpenedStream, StreamPort, StreamRequest, StreamSeat } from '../ports'
import type { TailMoment } from './batch-reader'
import type { EventTail } from './event-tail'
import { openingFrame } from './frames'
import { limitReads, type Reads } from './limit-reads'
import { MAX_WAITING_BYTES, OpenStream, type StreamFilter } from './open-stream'
import { readSessionVersion } from './read-session-events'
import type { StreamHub } from './stream-hub'
import { isPosition, startOfSession, startOfUser, type StreamStart } from './stream-start'

export interface StreamServiceParts {
  readonly reads: Reads
  readonly tail: Pick<EventTail, 'refresh' | 'readTasks'>
  readonly hub: StreamHub
  /** Told when a stream was cut because its events could not be fetched. */
  readonly failed: (error: unknown) => void
  readonly random?: () => number
  readonly settings?: Partial<StreamSettings>
}

export interface StreamSettings {
  readonly maxStreamsOfUser: number
  readonly maxWaitingBytes: number
  /** After a restart all readers come back at once, and commands need connections too. */
  readonly readsAtOnce: number
}

export const STREAM_SETTINGS: StreamSettings = {
  maxStreamsOfUser: 10,
  maxWaitingBytes: MAX_WAITING_BYTES,
  readsAtOnce: 3,
}

const RETRY_MS = 2_000
const RETRY_SPREAD_MS = 1_000

export class StreamService implements StreamPort {
  private readonly settings: StreamSettings
  private readonly reads: Reads
  private readonly seats = new Map<string, number>()
  private stopping = false

  constructor(private readonly parts: StreamServiceParts) {
    this.settings = { ...STREAM_SETTINGS, ...parts.settings }
    this.reads = limitReads(parts.reads, this.settings.readsAtOnce)
  }

  /** @throws {ServiceFault} SHUTTING_DOWN */
  admit(userId: string): StreamSeat | Refusal {
    this.refuseWhenStopping()
    const { maxStreamsOfUser } = this.settings
    const taken = this.seats.get(userId) ?? 0
    if (taken >= maxStreamsOfUser)
      return refuse('TOO_MANY_STREAMS', `A user may have ${maxStreamsOfUser} streams at a time`)
    this.seats.set(userId, taken + 1)
    let left = false
    return {
      accepts: ({ lastEventId, sessionId }) =>
        lastEventId === undefined || isPosition(lastEventId, sessionId),
      open: (request) => this.open(userId, request),
      leave: () => {
        if (!left) this.leave(userId)
        left = true
      },
    }
  }

  endAll(): void {
    this.stopping = true
    this.parts.hub.endAll()
  }

  private leave(userId: string): void {
    const taken = this.seats.get(userId) ?? 1
    if (taken > 1) this.seats.set(userId, taken - 1)
    else this.seats.delete(userId)
  }

  private async open(userId: string, request: StreamRequest): Promise<OpenedStream | Refusal> {
    const { hub } = this.parts
    const { sessionId } = request
    const known = sessionId === undefined ? 0 : await this.versionOf(sessionId, userId)
    if (known === undefined) return refuse('SESSION_NOT_FOUND', 'There is no such session')
    const filter: StreamFilter = { userId, ...(sessionId === undefined ? {} : { sessionId }) }
    const stream = new OpenStream(filter, request.expiresAtSeconds * 1000, this.settings.maxWaitingBytes)
    // In the index before the tail looks: what it hands out after its answer includes this stream's events.
    hub.add(stream)
    try {
      const moment = await this.parts.tail.refresh()
      stream.hold()
      this.refuseWhenStopping()
      const start =
        sessionId === undefined
          ? startOfUser(this.reads, userId, request.lastEventId, moment)
          : startOfSession(this.reads, sessionId, request.lastEventId, known)
      if (start)
        return { run: (out) => this.run(stream, out, start, moment), cancel: () => hub.remove(stream) }
    } catch (fault) {
      hub.remove(stream)
      throw fault
    }
    hub.remove(stream)
    return refuse('INVALID_LAST_EVENT_ID', 'The position is none of this stream')
  }

  private async run(
    stream: OpenStream,
    out: Writable,
    start: StreamStart,
    moment: TailMoment,
  ): Promise<void> {
    const { hub, tail, random = Math.random, failed } = this.parts
    // Its token may have expired while it was opened.
    if (!stream.connect(out, start.version, () => hub.remove(stream))) return
    stream.sendNow(openingFrame(start.position, RETRY_MS + Math.floor(random() * RETRY_SPREAD_MS)))
    try {
      await this.catchUp(stream, start, moment)
      hub.greet(stream)
      tail.readTasks()
    } catch (error) {
      if (!stream.closed) failed(error)
      // The reader resumes from what it has: a cut is how it learns that it has to.
      stream.drop()
    }
  }

  private async catchUp(stream: OpenStream, start: StreamStart, moment: TailMoment): Promise<void> {
    for (let from = start, to = moment; ;) {
      for await (const frame of from.missed(to)) {
        await stream.send(frame)
        if (stream.closed) return
      }
      if (stream.goLive()) return
      from = from.next(to, stream.shownVersion)
      to = await this.parts.tail.refresh()
      stream.hold()
    }
  }

  private versionOf(sessionId: string, userId: string): Promise<number | undefined> {
    return this.reads.readOne((db) => readSessionVersion(db, sessionId, userId))
  }

  private refuseWhenStopping(): void {
    if (this.stopping) throw new ServiceFault('SHUTTING_DOWN', 'The gateway is stopping')
  }
}
