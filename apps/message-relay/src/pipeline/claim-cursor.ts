/** Claims fresh rows: those beyond the lanes' cursors, and late ones behind them. */
import type { InFlight } from './in-flight'
import type { Lanes, OwnedLane } from './lanes'
import type { LateRows } from './late-rows'
import type { Bounds, ClaimedRow, OutboxReader, RangeRead } from './ports'

export class CursorClaims {
  private turn = 0

  constructor(
    private readonly reader: OutboxReader,
    private readonly lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly late: LateRows,
    private readonly bounds: Bounds,
  ) {}

  /**
   * The next fresh rows, `most` at most; `readOn` is true when there may be more.
   * @throws what the database throws; nothing is claimed then
   */
  async beyond(most = this.bounds.rows): Promise<{ rows: ClaimedRow[]; readOn: boolean }> {
    const owned = this.lanes.claimable()
    const before = this.inFlight.beyond(owned)
    // Another relay owned the lane since such a row was claimed: nothing goes back to it, so the cursor waits for it.
    const [unfinished, finished] = partition(owned, ({ lane }) => before.ofEarlierTenure.has(lane))
    for (const lane of unfinished) lane.hasMore = false
    const lanes = this.inTurn(finished)
    if (lanes.length === 0) return { rows: [], readOn: false }
    const rewinds = new Map(lanes.map((lane) => [lane, lane.rewinds]))
    const read = await this.reader.readRange(
      lanes.map(({ lane, token, cursor }) => ({ lane, token, after: cursor, upTo: null })),
      this.perLane(lanes, most),
      { ...this.bounds, rows: most },
      [],
    )
    if (this.late.appearedBehind(read.snapshot, owned)) {
      const late = await this.behind(most)
      // What was read is left where it is, and read again once nothing lies behind it.
      if (late.rows.length > 0 || !late.finished) return { rows: late.rows, readOn: true }
    }
    await this.park(read)
    // A lane that was lost, is being handed over, or whose cursor went back until now is read again.
    const usable = new Set(
      lanes
        .filter((lane) => this.lanes.mayClaim(lane) && lane.rewinds === rewinds.get(lane))
        .map(({ lane }) => lane),
    )
    const rows = this.take(read.rows, usable, before.ids)
    let highest = 0
    for (const lane of lanes) {
      const seen = read.lanes.get(lane.lane)
      // Its lease may have run out: there is nothing to read until a renewal tells whose it is.
      if (read.notHeld.has(lane.lane)) lane.hasMore = false
      if (!seen || !usable.has(lane.lane)) continue
      lane.cursor = seen.readTo
      lane.hasMore = seen.hasMore
      highest = Math.max(highest, seen.readTo)
    }
    this.late.claimed(highest)
    return { rows, readOn: this.lanes.claimable().some(({ hasMore }) => hasMore) }
  }

  /** Rows that became visible behind the cursors, `most` at most; `finished` is false while there may be more. */
  async behind(most = this.bounds.rows): Promise<{ rows: ClaimedRow[]; finished: boolean }> {
    const ranges = this.late.rangesToSweep(this.lanes.claimable())
    const before = this.inFlight.ids()
    let rows: ClaimedRow[] = []
    let finished = true
    if (ranges.length > 0) {
      const read = await this.reader.readRange(
        ranges.map(({ lane, after, upTo }) => ({ lane: lane.lane, token: lane.token, after, upTo })),
        most,
        { ...this.bounds, rows: most },
        before,
      )
      await this.park(read)
      const usable = new Set(
        ranges.filter(({ lane }) => this.lanes.mayClaim(lane)).map(({ lane }) => lane.lane),
      )
      rows = this.take(read.rows, usable, new Set(before))
      for (const { lane, after, upTo } of ranges) {
        const seen = read.lanes.get(lane.lane)
        if (read.notHeld.has(lane.lane)) {
          // A renewal may extend the lease all the same: then the cursor reads what this look could not.
          this.lanes.rewindTo(lane, after)
          continue
        }
        if (seen) this.late.swept(lane.lane, seen.hasMore ? seen.readTo : upTo)
        if (!seen || seen.hasMore) finished = false
      }
    }
    if (finished) this.late.sweepFinished()
    return { rows, finished }
  }

  /** What was read of lanes that are `usable`, but for what was in flight when the read began, or is now. */
  private take(
    read: readonly ClaimedRow[],
    usable: ReadonlySet<number>,
    before: ReadonlySet<string>,
  ): ClaimedRow[] {
    const rows = read.filter(({ lane, id }) => usable.has(lane) && !before.has(id) && !this.inFlight.has(id))
    for (const row of rows) this.inFlight.add(row)
    return rows
  }

  /** Rows behind a parked row of their key leave the cursor's path before the cursor does. */
  private async park(read: RangeRead): Promise<void> {
    const blocked = read.blocked.filter((row) => this.lanes.mayClaim(row) && !this.inFlight.has(row.id))
    if (blocked.length > 0) await this.reader.park(blocked)
  }

  /**
   * Those that were read to their end first, for they have little and long lanes must not keep them out; then the one that
   * is furthest back, so that long lanes go through the table side by side: a page's rows are read and settled together.
   * Each second claim begins with another long lane, or one that is far back would keep out the rest.
   */
  private inTurn(lanes: readonly OwnedLane[]): OwnedLane[] {
    const [long, short] = partition(lanes, ({ hasMore }) => hasMore)
    this.turn += 1
    const first = this.turn % 2 === 0 ? long[(this.turn / 2) % long.length] : undefined
    const others = [...short.sort(byCursor), ...long.sort(byCursor)]
    return first ? [first, ...others.filter((lane) => lane !== first)] : others
  }

  /** Twice a long lane's even share, so that one that is back catches up. */
  private perLane(lanes: readonly OwnedLane[], most: number): number {
    const full = lanes.filter(({ hasMore }) => hasMore).length
    return full === 0 ? most : Math.ceil((2 * most) / full)
  }
}

function byCursor(a: OwnedLane, b: OwnedLane): number {
  return a.cursor - b.cursor
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}
