/** One open stream: what it shows, and its way to a reader that may be slow. */
import type { Writable } from 'node:stream'
import type { Frame } from './frames'

/** Whose events, and of which session where it is one. */
export interface StreamFilter {
  readonly userId: string
  readonly sessionId?: string
}

/** In bytes: what may wait for the reader, or, while it catches up, for its turn. */
export const MAX_WAITING_BYTES = 1024 * 1024

const LINGER_MS = 5_000

/**
 * `opening` shows nothing; `holding` keeps what is new while older events are fetched; `live` sends it at once.
 * `ended` is the end of a whole response, which may come before there is a reader; `cut` is every other end.
 */
type State = 'opening' | 'holding' | 'live' | 'ended' | 'cut'

export class OpenStream {
  private state: State = 'opening'
  private held: Frame[] = []
  private heldBytes = 0
  private lastVersion = 0
  private out: Writable | undefined
  private waitingSince: number | undefined

  constructor(
    readonly filter: StreamFilter,
    /** Milliseconds since the epoch. */
    readonly expiresAt: number,
    private readonly maxWaitingBytes: number,
  ) {}

  get live(): boolean {
    return this.state === 'live'
  }

  /** Whether nothing more is sent. */
  get closed(): boolean {
    return this.state === 'ended' || this.state === 'cut'
  }

  /** When the reader began to keep a catch-up waiting (`performance.now()`), while it does. */
  get stuckSince(): number | undefined {
    return this.waitingSince
  }

  /** aggregate_version of the last event that was sent, in a stream of one session. */
  get shownVersion(): number {
    return this.lastVersion
  }

  /**
   * Gives it its reader. One that was ended meanwhile ends its response at once.
   * @param version aggregate_version of the last event that is not to be sent; 0 where there is no one session
   * @param closed called once, when nothing can be sent any more
   * @returns whether anything can be sent
   */
  connect(out: Writable, version: number, closed: () => void): boolean {
    this.out = out
    this.lastVersion = version
    const onClose = (): void => {
      this.state = 'cut'
      this.held = []
      closed()
    }
    if (out.closed || out.destroyed) onClose()
    else out.once('close', onClose)
    if (this.state === 'ended') finish(out)
    return !this.closed
  }

  /** Keeps what is new from now on. */
  hold(): void {
    if (this.closed) return
    this.state = 'holding'
    this.held = []
    this.heldBytes = 0
  }

  /** Sends what was held, and from now on at once. @returns false when it was too much to hold: catch up again */
  goLive(): boolean {
    if (this.state === 'opening') return false
    if (this.closed) return true
    this.state = 'live'
    for (const frame of this.held.splice(0)) this.offer(frame)
    return true
  }

  /** A new event. A reader too slow for it loses its connection, and resumes by its position. */
  offer(frame: Frame): void {
    if (this.state === 'live') {
      if (this.passes(frame)) this.sendNow(frame.bytes)
    } else if (this.state === 'holding') {
      this.held.push(frame)
      this.heldBytes += frame.bytes.length
      if (this.heldBytes > this.maxWaitingBytes) {
        this.state = 'opening'
        this.held = []
      }
    }
  }

  /** Sends at the reader's pace. */
  async send(frame: Frame): Promise<void> {
    const { out } = this
    if (!out || this.closed || !this.passes(frame)) return
    if (out.write(frame.bytes)) return
    this.waitingSince = performance.now()
    await new Promise<void>((resolve) => {
      const go = (): void => {
        out.off('drain', go).off('close', go)
        resolve()
      }
      out.once('drain', go).once('close', go)
    })
    this.waitingSince = undefined
  }

  /** Sends bytes that are no event. */
  sendNow(bytes: Buffer): void {
    const { out } = this
    if (!out || this.closed) return
    if (out.writableLength > 0 && out.writableLength + bytes.length > this.maxWaitingBytes) this.drop()
    else out.write(bytes)
  }

  /** Ends the response as a whole one; a reader who does not take the rest is cut off a little later. */
  end(): void {
    if (this.closed) return
    this.state = 'ended'
    if (this.out) finish(this.out)
  }

  /** Cuts the connection. */
  drop(): void {
    this.state = 'cut'
    this.out?.destroy()
  }

  // What is fetched and what is held may overlap in a session's stream; its versions tell.
  private passes({ version }: Frame): boolean {
    if (this.filter.sessionId === undefined) return true
    if (version <= this.lastVersion) return false
    this.lastVersion = version
    return true
  }
}

function finish(out: Writable): void {
  out.end()
  setTimeout(() => out.destroy(), LINGER_MS).unref()
}
