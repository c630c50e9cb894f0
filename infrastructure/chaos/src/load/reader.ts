/** A reader of a user's stream: remembers what it was shown, to be held to the facts. */
import type { Client } from '@infinite-scribe/client'
import type { Client as Database } from 'pg'

export interface Seen {
  readonly sessionId: string
  readonly version: number
}

export class Reader {
  readonly seen: Seen[] = []
  /** Connections made, the first included. */
  opened = 0
  private following: Promise<void> = Promise.resolve()

  constructor(
    readonly user: string,
    private readonly client: Client,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when the stream is open: what is written from then on is shown. */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.following = this.follow(resolve)
      this.following.catch(reject)
    })
  }

  private async follow(opened: () => void): Promise<void> {
    const onOpen = (): void => {
      this.opened++
      opened()
    }
    for await (const message of this.client.stream({ signal: this.signal, onOpen, silenceMs: 20_000 })) {
      if (message.kind !== 'event') continue
      const { aggregate_id: sessionId, aggregate_version: version } = message.event
      this.seen.push({ sessionId, version })
    }
  }

  async close(): Promise<void> {
    await this.following
  }
}

export interface StreamFault {
  readonly user: string
  readonly session_id: string
  readonly shown: readonly number[]
  readonly facts: number
}

/** Sessions that a reader was not shown whole, each event once and in order. */
export async function faultsOfStream(reader: Reader, database: Database): Promise<StreamFault[]> {
  const { rows } = await database.query<{ id: string; version: number }>(
    'SELECT id, version FROM genesis_sessions WHERE user_id = $1',
    [reader.user],
  )
  return rows.flatMap(({ id, version }) => {
    const shown = reader.seen.filter(({ sessionId }) => sessionId === id).map((seen) => seen.version)
    const whole = shown.length === version && shown.every((one, at) => one === at + 1)
    return whole ? [] : [{ user: reader.user, session_id: id, shown, facts: version }]
  })
}
