/** The outbox's tables in memory: rows, lanes, relays, and which transactions a snapshot sees. */
import type { DeliveryError, OutboxStatus } from '@infinite-scribe/shared-types'
import type { LaneTenure } from '../../pipeline/ports'

export interface NewModelRow {
  readonly topic: string
  readonly key: string
  /** The payload as text. */
  readonly value: string
}

export interface ModelRow extends NewModelRow {
  readonly id: string
  readonly seq: number
  readonly lane: number
  readonly eventId: string | null
  readonly eventType: string | null
  readonly writtenAtMs: number
  /** Its transaction has committed. */
  visible: boolean
  status: OutboxStatus
  parked: boolean
  attempts: number
  nextAttemptAt: number | null
  error: DeliveryError | null
  willRetry: boolean
  dropped: boolean
  sentAt: number | null
  partition: number | null
  offset: string | null
  deadLetterDue: boolean
}

export interface ModelLane {
  readonly lane: number
  owner: string | null
  token: number
  leaseUntil: number
  lowWater: number
}

/** Hears what becomes of rows. */
export interface TablesObserver {
  settled(row: ModelRow): void
  setBack(row: ModelRow): void
  removed(row: ModelRow): void
}

/** A writer's transaction. */
export interface ModelTransaction {
  readonly xid: number
  /** Draws a number, and writes a row that nobody sees yet. */
  insert(row: NewModelRow): ModelRow
  commit(): void
  rollback(): void
}

export class Tables {
  readonly lanes: ModelLane[]
  /** Rows of each lane in the order of their numbers. */
  readonly rows: ModelRow[][]
  readonly relays = new Map<string, number>()
  observer: TablesObserver | undefined
  private readonly running = new Set<number>()
  private nextXid = 700
  private latestCompleted = 699
  private nextSeq = 1

  /**
   * @param now the database's time in milliseconds
   * @param longestLook rows looked at in one lane by one claim at most
   */
  constructor(
    readonly now: () => number,
    readonly laneCount = 64,
    readonly longestLook = 2000,
  ) {
    this.lanes = Array.from({ length: laneCount }, (_, lane) => ({
      lane,
      owner: null,
      token: 0,
      leaseUntil: 0,
      lowWater: 0,
    }))
    this.rows = Array.from({ length: laneCount }, () => [])
  }

  /** Gives out a transaction's id. */
  begin(): number {
    const xid = this.nextXid
    this.nextXid += 1
    this.running.add(xid)
    return xid
  }

  end(xid: number): void {
    this.running.delete(xid)
    this.latestCompleted = Math.max(this.latestCompleted, xid)
  }

  /** pg_current_snapshot(): its end is set by the transactions that ended, not by those that began. */
  snapshot(): string {
    const xmax = this.latestCompleted + 1
    const running = [...this.running].filter((xid) => xid < xmax).sort((a, b) => a - b)
    return `${running[0] ?? xmax}:${xmax}:${running.join(',')}`
  }

  /** A transaction takes its id before it takes a number. */
  transaction(): ModelTransaction {
    const xid = this.begin()
    const written: ModelRow[] = []
    return {
      xid,
      insert: (row) => {
        const inserted = this.newRow(row)
        written.push(inserted)
        return inserted
      },
      commit: () => {
        for (const row of written) row.visible = true
        this.end(xid)
      },
      rollback: () => {
        for (const row of written) this.takeOut(row)
        this.end(xid)
      },
    }
  }

  /** Visible rows of a lane in the order of their numbers. */
  visible(lane: number): ModelRow[] {
    return (this.rows[lane] ?? []).filter((row) => row.visible)
  }

  all(): ModelRow[] {
    return this.rows.flatMap((rows) => rows.filter((row) => row.visible))
  }

  find({ lane, seq, id }: { lane: number; seq: number; id: string }): ModelRow | undefined {
    return this.rows[lane]?.find((row) => row.seq === seq && row.id === id && row.visible)
  }

  /** The lane, while it is held under this token. */
  held({ lane, token }: LaneTenure): ModelLane | undefined {
    const found = this.lanes[lane]
    return found && String(found.token) === token ? found : undefined
  }

  /** The lane, while it is held under this token and its lease lasts. */
  leased(tenure: LaneTenure): ModelLane | undefined {
    const found = this.held(tenure)
    return found && found.owner !== null && found.leaseUntil > this.now() ? found : undefined
  }

  /** What the table's trigger makes of a row whose status becomes PENDING again. */
  setBack(row: ModelRow): void {
    Object.assign(row, {
      status: 'PENDING',
      parked: true,
      attempts: 0,
      nextAttemptAt: null,
      willRetry: false,
      dropped: false,
      sentAt: null,
      partition: null,
      offset: null,
    })
    this.observer?.setBack(row)
  }

  remove(row: ModelRow): void {
    this.takeOut(row)
    this.observer?.removed(row)
  }

  laneOf(key: string): number {
    let hash = 7
    for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash, 31) + key.charCodeAt(index)
    return (hash >>> 0) % this.laneCount
  }

  private takeOut(row: ModelRow): void {
    const rows = this.rows[row.lane] ?? []
    const at = rows.indexOf(row)
    if (at >= 0) rows.splice(at, 1)
  }

  private newRow(given: NewModelRow): ModelRow {
    const seq = this.nextSeq
    this.nextSeq += 1
    const lane = this.laneOf(given.key)
    const envelope = parse(given.value)
    const row: ModelRow = {
      ...given,
      id: `row-${seq}`,
      seq,
      lane,
      eventId: text(envelope?.event_id),
      eventType: text(envelope?.event_type),
      writtenAtMs: this.now(),
      visible: false,
      status: 'PENDING',
      parked: false,
      attempts: 0,
      nextAttemptAt: null,
      error: null,
      willRetry: false,
      dropped: false,
      sentAt: null,
      partition: null,
      offset: null,
      deadLetterDue: false,
    }
    this.rows[lane]?.push(row)
    return row
  }
}

function parse(value: string): Record<string, unknown> | undefined {
  const parsed: unknown = JSON.parse(value)
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Record<string, unknown>)
    : undefined
}

/** As `->>` makes it. */
function text(value: unknown): string | null {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? null : JSON.stringify(value)
}
