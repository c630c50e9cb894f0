/** Reads domain_events from one snapshot to the next, in batches, and remembers how far it got. */
import { setTimeout as delay } from 'node:timers/promises'
import { beginTail } from './begin-tail'
import type { Checkpoints } from './checkpoints'
import { readNewEvents, readRestOfBatch, type Interest } from './read-new-events'
import type { Shown } from './shown'
import { Snapshot } from './snapshot'
import type { StreamEvent } from './stream-event'
import type { TailConnection } from './tail-connection'

/** Everything that a snapshot shows was handed out. */
export interface TailMoment extends Shown {
  readonly database: string
  /** No event with this id or a smaller one can be new to the snapshot. */
  readonly floor: bigint
}

/** What became visible between two moments, or a part of it, by id. */
export interface EventBatch {
  readonly since: TailMoment
  readonly until: TailMoment
  readonly events: readonly StreamEvent[]
  /** Whether nothing more of it follows. */
  readonly last: boolean
}

interface State {
  moment: TailMoment
  readonly checkpoints: Checkpoints
  /** A batch was handed out up to an id. */
  partly?: { readonly until: TailMoment; readonly after: bigint } | undefined
}

const PAUSE_MS = 50
const BEGINNING = `SELECT pg_current_snapshot()::text AS snapshot,
  coalesce((SELECT max(id) FROM domain_events), 0)::text AS highest`

export class BatchReader {
  private state: State | undefined

  /** @param batchSize rows in one answer */
  constructor(private readonly batchSize: number) {}

  /** Where it stands, unless it has to begin anew. */
  get moment(): TailMoment | undefined {
    return this.state?.moment
  }

  /** Begins anew with the next {@link advance}. */
  forget(): void {
    this.state = undefined
  }

  /**
   * Hands out what became visible since the last call; nothing the first time. Where it throws, the next call goes
   * on behind what was handed out.
   * @returns false when this is not the database that it stands in, or an older state of it
   */
  async advance(
    connection: TailConnection,
    interest: Interest | null,
    deliver: (batch: EventBatch) => void,
  ): Promise<boolean> {
    if (!this.state) {
      this.state = await begin(connection)
      return true
    }
    const { state } = this
    if (state.moment.database !== connection.database) return false
    if (!state.partly && !(await this.readFirst(state, connection, interest, deliver))) return false
    while (state.partly) await this.readRest(state, state.partly, connection, interest, deliver)
    return true
  }

  private async readFirst(
    state: State,
    { client, database }: TailConnection,
    interest: Interest | null,
    deliver: (batch: EventBatch) => void,
  ): Promise<boolean> {
    const { checkpoints, moment } = state
    const found = await readNewEvents(client, moment, checkpoints, interest, {
      limit: this.batchSize,
      takeXid: checkpoints.due(moment.highestId),
    })
    const { snapshot, xid, highestId, events, full } = found
    // Events are never removed, but by restoring the database to an earlier point.
    if (highestId < moment.highestId) return false
    if (xid !== undefined) checkpoints.add({ xid, highestId }, snapshot.xmin)
    const until = { database, snapshot, highestId, floor: checkpoints.before(snapshot.xmin) }
    this.handOut(state, until, events, full, deliver)
    return true
  }

  private async readRest(
    state: State,
    { until, after }: { until: TailMoment; after: bigint },
    { client }: TailConnection,
    interest: Interest | null,
    deliver: (batch: EventBatch) => void,
  ): Promise<void> {
    const span = { since: state.moment, until, after }
    const { events, full } = await readRestOfBatch(client, span, interest, this.batchSize)
    this.handOut(state, until, events, full, deliver)
  }

  private handOut(
    state: State,
    until: TailMoment,
    events: readonly StreamEvent[],
    full: boolean,
    deliver: (batch: EventBatch) => void,
  ): void {
    if (events.length > 0) deliver({ since: state.moment, until, events, last: !full })
    const last = events.at(-1)
    state.partly = full && last ? { until, after: last.id } : undefined
    if (!state.partly) state.moment = until
  }
}

async function begin(connection: TailConnection): Promise<State> {
  const { client, database } = connection
  const checkpoints = await beginTail(client, () => delay(PAUSE_MS))
  const { rows } = await client.query<{ snapshot: string; highest: string }>(BEGINNING)
  const [row] = rows
  if (!row) throw new Error('PostgreSQL answered without a snapshot')
  const snapshot = Snapshot.parse(row.snapshot)
  return {
    moment: {
      database,
      snapshot,
      highestId: BigInt(row.highest),
      floor: checkpoints.before(snapshot.xmin),
    },
    checkpoints,
  }
}
