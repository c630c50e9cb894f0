/** The model's claim by cursor: lanes in the order given, until the bounds are reached. */
import type { Bounds, ClaimedRow, LaneRange, RangeRead, RowRef } from '../../pipeline/ports'
import { claimed } from './model-outbox'
import type { ModelRow, Tables } from './tables'

interface Looked {
  readonly row: ModelRow
  readonly token: string
  readonly claimable: boolean
  readonly hasMore: boolean
}

/** What {@link OutboxReader.readRange} promises, of the rows that are visible now. */
export function readRange(
  tables: Tables,
  lanes: readonly LaneRange[],
  perLane: number,
  bounds: Bounds,
  except: readonly string[],
): RangeRead {
  const rows: ClaimedRow[] = []
  const blocked: RowRef[] = []
  const read = new Map<number, { readTo: number; hasMore: boolean }>()
  let claimables = 0
  let bytes = 0
  const full = (): boolean => claimables >= bounds.rows || bytes >= bounds.bytes
  for (const range of lanes) {
    if (!tables.leased(range)) continue
    for (const { row, token, claimable, hasMore } of look(tables, range, perLane, except)) {
      if (full()) break
      read.set(row.lane, { readTo: row.seq, hasMore })
      if (!claimable) continue
      claimables += 1
      bytes += row.value.length
      if (hasParkedBefore(tables, row)) blocked.push({ lane: row.lane, token, id: row.id, seq: row.seq })
      else rows.push(claimed(row, token))
    }
  }
  const notHeld = new Set(lanes.filter((range) => !tables.leased(range)).map(({ lane }) => lane))
  for (const { lane, after } of lanes) {
    if (!full() && !notHeld.has(lane) && !read.has(lane)) read.set(lane, { readTo: after, hasMore: false })
  }
  rows.sort((a, b) => a.seq - b.seq)
  return { rows, blocked, lanes: read, notHeld, snapshot: tables.snapshot() }
}

/** The rows of a range that may be claimed, and the last that was looked at: it says how far the lane was read. */
function look(tables: Tables, range: LaneRange, perLane: number, except: readonly string[]): Looked[] {
  const seen = tables
    .visible(range.lane)
    .filter(({ seq }) => seq > range.after && seq <= (range.upTo ?? Infinity))
    .slice(0, tables.longestLook)
  return seen
    .map((row, index) => ({
      row,
      token: range.token,
      claimable: row.status === 'PENDING' && !row.parked && !except.includes(row.id),
      last: index === seen.length - 1,
      hasMore: index < seen.length - 1 || seen.length >= tables.longestLook,
    }))
    .filter(({ claimable, last }) => claimable || last)
    .slice(0, perLane)
}

function hasParkedBefore(tables: Tables, { lane, key, seq }: ModelRow): boolean {
  return tables.visible(lane).some((row) => row.parked && row.key === key && row.seq < seq)
}
