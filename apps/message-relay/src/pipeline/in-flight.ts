/** The rows between claim and settlement, and the keys whose later rows must not overtake a failed one. */
import type { ClaimedRow, LaneTenure } from './ports'

/** `failed`: later rows are parked behind it. `handed_back`: later rows go back with it. */
export type HoldKind = 'failed' | 'handed_back'

interface Hold {
  readonly kind: HoldKind
  /** The rows that were not sent and whose settlement is not committed yet. */
  readonly unsettled: Set<string>
  /** The claim after which a claim is sure to see the key's parked row; undefined while that is not committed. */
  visibleAfterClaim: number | undefined
}

/**
 * A key is held from the moment one of its rows fails until no row of it that was claimed before its parked
 * row became visible is left: a row claimed ahead must wait behind the one that failed before it.
 */
export class InFlight {
  /** By id, and no more of a row than is asked for: what stands in a large Map that lives on outlives its removal. */
  private readonly rows = new Map<string, LaneTenure & { readonly seq: number }>()
  private readonly rowsOfKey = new Map<string, number>()
  private readonly holds = new Map<string, Hold>()
  private claims = 0
  private finishedClaims = 0

  get size(): number {
    return this.rows.size
  }

  ids(): string[] {
    return [...this.rows.keys()]
  }

  /**
   * The rows beyond the cursors of `lanes`, which only a cursor that went back leaves there, and the lanes that hold some
   * of an earlier tenure.
   */
  beyond(lanes: readonly (LaneTenure & { readonly cursor: number })[]): {
    ids: Set<string>
    ofEarlierTenure: Set<number>
  } {
    const owned = new Map(lanes.map((lane) => [lane.lane, lane]))
    const ids = new Set<string>()
    const ofEarlierTenure = new Set<number>()
    for (const [id, { lane, token, seq }] of this.rows) {
      const now = owned.get(lane)
      if (!now || seq <= now.cursor) continue
      ids.add(id)
      if (token !== now.token) ofEarlierTenure.add(lane)
    }
    return { ids, ofEarlierTenure }
  }

  has(id: string): boolean {
    return this.rows.has(id)
  }

  /** A key that is in flight or held: its parked rows are left alone for now. */
  isBusy(key: string): boolean {
    return this.rowsOfKey.has(key) || this.holds.has(key)
  }

  heldAs(key: string): HoldKind | undefined {
    return this.holds.get(key)?.kind
  }

  /** Called before a claim is sent. */
  claimStarted(): void {
    this.claims += 1
  }

  /** Called when the rows of the claim were added, or the claim failed. @returns whether a key is held no more */
  claimEnded(): boolean {
    this.finishedClaims = this.claims
    return this.dropOldHolds()
  }

  add(row: ClaimedRow): void {
    const { id, lane, token, seq } = row
    this.rows.set(id, { lane, token, seq })
    this.rowsOfKey.set(row.key, (this.rowsOfKey.get(row.key) ?? 0) + 1)
  }

  remove(rows: readonly ClaimedRow[]): void {
    for (const row of rows) {
      if (!this.rows.delete(row.id)) continue
      const left = (this.rowsOfKey.get(row.key) ?? 1) - 1
      if (left > 0) this.rowsOfKey.set(row.key, left)
      else this.rowsOfKey.delete(row.key)
    }
    this.dropOldHolds()
  }

  /** `row` was not sent: the later rows of its key must not be. */
  hold({ id, key }: Pick<ClaimedRow, 'id' | 'key'>, kind: HoldKind): void {
    const before = this.holds.get(key)
    const unsettled = (before?.unsettled ?? new Set()).add(id)
    this.holds.set(key, {
      kind: before?.kind === 'failed' ? 'failed' : kind,
      unsettled,
      visibleAfterClaim: undefined,
    })
  }

  /** What became of `row` is committed: claims that start when that is so of all that hold the key see it. */
  holdIsVisible({ id, key }: Pick<ClaimedRow, 'id' | 'key'>): void {
    const hold = this.holds.get(key)
    if (!hold?.unsettled.delete(id)) return
    if (hold.unsettled.size === 0) hold.visibleAfterClaim = this.claims
    this.dropOldHolds()
  }

  /** The smallest seq in flight for each lane. */
  lowestByLane(): Map<number, number> {
    const lowest = new Map<number, number>()
    for (const { lane, seq } of this.rows.values()) {
      lowest.set(lane, Math.min(seq, lowest.get(lane) ?? seq))
    }
    return lowest
  }

  private dropOldHolds(): boolean {
    const before = this.holds.size
    for (const [key, hold] of this.holds) {
      if (hold.visibleAfterClaim === undefined || hold.visibleAfterClaim > this.finishedClaims) continue
      if (!this.rowsOfKey.has(key)) this.holds.delete(key)
    }
    return this.holds.size < before
  }
}
