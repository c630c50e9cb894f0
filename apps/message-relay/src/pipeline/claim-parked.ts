/** Claims parked rows: those whose retry is due, those set back, and what waited behind them. */
import { judgeParkedHead, type ParkedHead } from '../policy/parked-keys'
import type { FailedKeyPolicy } from '../policy/settlement'
import type { InFlight } from './in-flight'
import type { Lanes, OwnedLane } from './lanes'
import type { Bounds, ClaimedRow, OutboxReader, RowRef } from './ports'
import type { ParkedTurn, Share, Suspects } from './suspects'

/** Keys looked at in one go; with more of them the look goes on where it stopped. */
const HEADS = 1000

export interface ParkedClaim {
  readonly rows: readonly ClaimedRow[]
  /** How many FAILED rows of an outage were set back to PENDING. */
  readonly setBack: number
  /** More of what an outage failed may have to go before fresh rows. */
  readonly keepsTurn: boolean
}

const NOTHING: ParkedClaim = { rows: [], setBack: 0, keepsTurn: false }

export class ParkedClaims {
  private dueAt = 0
  private afterKey: Map<number, string> | undefined
  private earliestWait = Infinity
  private skippedBusyKey = false
  /** The lowest parked row of each lane that the cursor had not reached. */
  private readonly beyondCursor = new Map<number, number>()

  constructor(
    private readonly reader: OutboxReader,
    private readonly lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly suspects: Suspects,
    private readonly bounds: Bounds,
    private readonly failedKeyPolicy: FailedKeyPolicy,
  ) {}

  /** Parked rows may be due from `at` on (ms on the relay's own clock). */
  lookAt(at: number): void {
    this.dueAt = Math.min(this.dueAt, at)
  }

  /** Keys that were passed over because they were in flight or held may go on. */
  keysAreFree(now: number): void {
    if (!this.skippedBusyKey) return
    this.skippedBusyKey = false
    this.lookAt(now)
  }

  /** The cursors went on: rows that were passed over because they lay beyond them may go. */
  cursorsMoved(now: number): void {
    for (const [lane, seq] of this.beyondCursor) {
      if ((this.lanes.get(lane)?.cursor ?? Infinity) < seq) continue
      this.beyondCursor.delete(lane)
      this.lookAt(now)
    }
  }

  /** Milliseconds until a parked row may be due; Infinity when none is known. */
  dueInMs(now: number): number {
    return Math.max(0, this.dueAt - now)
  }

  /** Parked rows that may go now, the key with the oldest row first. */
  async due(now: number, turn: ParkedTurn): Promise<ParkedClaim> {
    const lanes = this.lanes.claimable()
    const after = this.afterKey
    this.dueAt = Infinity
    try {
      return await this.look(lanes, after, now, turn)
    } catch (error) {
      this.dueAt = now
      throw error
    }
  }

  private async look(
    lanes: readonly OwnedLane[],
    after: Map<number, string> | undefined,
    now: number,
    turn: ParkedTurn,
  ): Promise<ParkedClaim> {
    if (lanes.length === 0) return NOTHING
    const heads = await this.reader.parkedHeads(
      lanes.map(({ lane, token }) => ({ lane, token, after: after?.get(lane) ?? null })),
      HEADS,
    )
    this.remember(heads, after, now)
    const context = { failedKeyPolicy: this.failedKeyPolicy, retriesOnly: turn === 'retries' }
    const run: ParkedHead[] = []
    const setBack: RowRef[] = []
    const release: RowRef[] = []
    for (const head of heads) {
      const lane = this.lanes.get(head.lane)
      if (!lane || !this.lanes.mayClaim(lane)) continue
      // Beyond the cursor a fresh row of the key may lie unread between two parked ones.
      if (head.seq > lane.cursor) {
        this.beyondCursor.set(head.lane, Math.min(head.seq, this.beyondCursor.get(head.lane) ?? head.seq))
        continue
      }
      if (this.inFlight.isBusy(head.key)) {
        this.skippedBusyKey = true
        continue
      }
      const ref: RowRef = { lane: head.lane, token: lane.token, id: head.id, seq: head.seq }
      const dueInMs = Math.max(head.dueInMs, this.suspects.restLeftMs(head, now))
      const verdict = judgeParkedHead({ ...head, dueInMs }, context)
      if (verdict === 'run') run.push(head)
      else if (verdict === 'set_back') setBack.push(ref)
      else if (verdict === 'release') release.push(ref)
      else if (verdict === 'wait') this.earliestWait = Math.min(this.earliestWait, now + dueInMs)
    }
    if (!this.afterKey) this.endRound()
    if (release.length > 0) await this.reader.release(release)
    const changed = setBack.length > 0 ? await this.reader.setBack(setBack) : 0
    if (release.length > 0 || changed > 0) this.lookAt(now)
    run.sort((a, b) => a.seq - b.seq)
    const share = this.suspects.share(run, turn, now)
    const rows = await this.take(run, share, now, turn)
    return { rows, setBack: changed, keepsTurn: changed > 0 || (share.beforeFresh && rows.length > 0) }
  }

  private async take(
    run: readonly ParkedHead[],
    { heads, mostRows }: Share,
    now: number,
    turn: ParkedTurn,
  ): Promise<ClaimedRow[]> {
    const keys = heads.slice(0, mostRows).flatMap(({ lane, key }) => {
      const owned = this.lanes.get(lane)
      return owned ? [{ lane, token: owned.token, key, upTo: owned.cursor }] : []
    })
    if (run.length > keys.length) this.lookAt(now)
    if (keys.length === 0) return []
    const { rows, complete } = await this.reader.parkedRuns(keys, turn === 'retries', {
      ...this.bounds,
      rows: mostRows,
    })
    if (!complete) this.lookAt(now)
    const taken = rows.filter((row) => this.lanes.mayClaim(row) && !this.inFlight.has(row.id))
    for (const row of taken) this.inFlight.add(row)
    return taken
  }

  /** With more keys than one look takes, the next look goes on behind the last key of each lane. */
  private remember(heads: readonly ParkedHead[], after: Map<number, string> | undefined, now: number): void {
    if (heads.length < HEADS) {
      this.afterKey = undefined
      return
    }
    const next = new Map(after ?? [])
    for (const { lane, key } of heads) next.set(lane, key)
    this.afterKey = next
    this.lookAt(now)
  }

  private endRound(): void {
    this.lookAt(this.earliestWait)
    this.earliestWait = Infinity
  }
}
