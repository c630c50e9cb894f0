/** The outbox's ports over the tables in memory. */
import type {
  Bounds,
  ClaimedRow,
  DeadLetter,
  LaneTenure,
  OutboxReader,
  OutboxSettler,
  OutboxUpkeep,
  RowRef,
  SettledRow,
} from '../../pipeline/ports'
import type { ParkedHead } from '../../policy/parked-keys'
import { readRange } from './read-range'
import type { Session } from './session'
import { settleRow } from './settle-row'
import type { ModelRow, Tables } from './tables'

/** Rows of each lane in one step of a removal. */
const REMOVAL_STEP = 50

export class ModelOutbox implements OutboxReader, OutboxSettler, OutboxUpkeep {
  constructor(
    private readonly tables: Tables,
    private readonly session: Session,
  ) {}

  readRange: OutboxReader['readRange'] = (...asked) =>
    this.session.read('read a range', () => readRange(this.tables, ...asked))

  parkedHeads(
    lanes: readonly (LaneTenure & { after: string | null })[],
    limit: number,
  ): Promise<ParkedHead[]> {
    return this.session.read('read the parked heads', () => {
      const heads = new Map<string, ParkedHead>()
      for (const { after, ...tenure } of lanes) {
        if (!this.tables.leased(tenure)) continue
        for (const row of this.parked(tenure.lane)) {
          if (heads.has(row.key) || (after !== null && row.key <= after)) continue
          heads.set(row.key, this.head(row))
        }
      }
      return [...heads.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit)
    })
  }

  parkedRuns(
    keys: readonly (LaneTenure & { key: string; upTo: number })[],
    retriesOnly: boolean,
    bounds: Bounds,
  ): Promise<{ rows: ClaimedRow[]; complete: boolean }> {
    return this.session.read('read parked runs', () => {
      const rows: ClaimedRow[] = []
      let bytes = 0
      for (const { key, upTo, lane, token } of keys) {
        if (!this.tables.leased({ lane, token })) continue
        for (const row of this.parked(lane)) {
          if (row.key !== key || row.seq > upTo) continue
          if (!this.mayGo(row, retriesOnly)) break
          if (rows.length >= bounds.rows || bytes >= bounds.bytes) break
          rows.push(claimed(row, token))
          bytes += row.value.length
        }
      }
      return { rows, complete: rows.length < bounds.rows && bytes < bounds.bytes }
    })
  }

  park(rows: readonly RowRef[]): Promise<void> {
    return this.session.write('park', () => {
      for (const row of this.owned(rows)) {
        if (row.status === 'PENDING') row.parked = true
      }
    })
  }

  setBack(rows: readonly RowRef[]): Promise<number> {
    return this.session.write('set back', () => {
      const failed = this.owned(rows).filter(
        (row) => row.status === 'FAILED' && row.willRetry && !row.dropped,
      )
      for (const row of failed) this.tables.setBack(row)
      return failed.length
    })
  }

  release(rows: readonly RowRef[]): Promise<void> {
    return this.session.write('release', () => {
      for (const row of this.owned(rows)) if (row.status !== 'PENDING') row.parked = false
    })
  }

  /** Two statements, as in PostgreSQL: what was not sent, then what was. */
  async settle(rows: readonly SettledRow[]): Promise<{ changed: number; xid: bigint | undefined }> {
    const sent = rows.filter(({ settlement }) => settlement.kind === 'sent')
    const others = rows.filter(({ settlement }) => !['sent', 'hand_back'].includes(settlement.kind))
    let changed = 0
    let last: bigint | undefined
    for (const part of [others, sent]) {
      if (part.length === 0) continue
      const written = await this.session.write(part === sent ? 'settle sent' : 'settle others', (xid) => {
        const mine = part.filter((row) => settleRow(this.tables, row))
        return { changed: mine.length, xid: BigInt(xid) }
      })
      changed += written.changed
      last = written.xid
    }
    return { changed, xid: last }
  }

  deadLettersDue(
    lanes: readonly LaneTenure[],
    after: Pick<RowRef, 'lane' | 'seq'> | undefined,
    limit: number,
  ): Promise<DeadLetter[]> {
    const isBeyond = ({ lane, seq }: ModelRow): boolean =>
      after === undefined || lane > after.lane || (lane === after.lane && seq > after.seq)
    return this.session.read('read dead letters', () =>
      [...lanes]
        .filter((tenure) => this.tables.leased(tenure))
        .sort((a, b) => a.lane - b.lane)
        .flatMap(({ lane, token }) =>
          this.tables
            .visible(lane)
            .filter((row) => row.deadLetterDue && isBeyond(row))
            .map((row) => claimed(row, token)),
        )
        .slice(0, limit),
    )
  }

  deadLettered(rows: readonly RowRef[]): Promise<void> {
    return this.session.write('dead letters done', () => {
      for (const ref of rows) {
        const row = this.tables.find(ref)
        if (row) row.deadLetterDue = false
      }
    })
  }

  removeSent(
    lanes: readonly (LaneTenure & { after: number })[],
    olderThanMs: number,
  ): Promise<{ removed: number; dealtWith: Map<number, number> }> {
    return this.session.write('remove sent rows', () => {
      const dealtWith = new Map<number, number>()
      let removed = 0
      const old = (row: ModelRow): boolean =>
        row.status === 'SENT' && (row.sentAt ?? Infinity) < this.tables.now() - olderThanMs
      for (const { after, ...tenure } of lanes) {
        const lane = this.tables.leased(tenure)
        if (!lane) continue
        const step = this.tables.visible(tenure.lane).filter(({ seq }) => seq > after)
        let isDealtWith = true
        for (const row of step.slice(0, REMOVAL_STEP)) {
          const waits = row.status === 'PENDING' && (row.parked || row.seq <= lane.lowWater)
          const mayStay = row.status === 'FAILED' || waits
          if (!mayStay && row.status !== 'SENT') break
          isDealtWith &&= mayStay || old(row)
          if (isDealtWith) dealtWith.set(tenure.lane, row.seq)
          if (!old(row) || row.deadLetterDue) continue
          this.tables.remove(row)
          removed += 1
        }
      }
      return { removed, dealtWith }
    })
  }

  private parked(lane: number): ModelRow[] {
    return this.tables.visible(lane).filter(({ parked }) => parked)
  }

  private mayGo(row: ModelRow, retriesOnly: boolean): boolean {
    if (row.status !== 'PENDING' || (row.nextAttemptAt ?? 0) > this.tables.now()) return false
    return row.attempts > 0 || !retriesOnly
  }

  private head(row: ModelRow): ParkedHead {
    const { lane, key, id, seq, status, attempts, willRetry, dropped } = row
    const dueInMs = row.nextAttemptAt === null ? 0 : Math.ceil(row.nextAttemptAt - this.tables.now())
    return { lane, key, id, seq, status, attempts, willRetry, dropped, dueInMs }
  }

  /** Those whose lane is held under their token. */
  private owned(rows: readonly RowRef[]): ModelRow[] {
    return rows.flatMap((ref) => (this.tables.held(ref) && this.tables.find(ref)) ?? [])
  }
}

/** A row as a claim returns it. */
export function claimed(row: ModelRow, token: string): ClaimedRow {
  const { id, seq, lane, topic, key, value, eventId, eventType, attempts, error, parked, writtenAtMs } = row
  return {
    ...{ id, seq, lane, token, topic, key, value, eventId, eventType, attempts, error, parked },
    traceparent: null,
    writtenAtMs,
    bytes: value.length,
  }
}
