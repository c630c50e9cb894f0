/** The lanes' leases over the tables in memory: the same statements in the same order as in PostgreSQL. */
import type { LaneLeases, LaneTenure, Renewal } from '../../pipeline/ports'
import type { Session } from './session'
import type { ModelLane, Tables } from './tables'

type HeldLane = LaneTenure & { readonly lowWater: number }

export class ModelLaneLeases implements LaneLeases {
  private joined = false

  /** @param tell what the other relays hear when lanes are handed over or wanted */
  constructor(
    private readonly tables: Tables,
    private readonly session: Session,
    private readonly id: string,
    private readonly leaseMs: number,
    private readonly tell: () => void = () => undefined,
  ) {}

  async renew(held: readonly HeldLane[]): Promise<Renewal> {
    const { xid, relays } = await this.session.write('register', (own) => this.register(own))
    const share = Math.ceil(this.tables.laneCount / relays)
    const kept = held.length === 0 ? [] : await this.session.write('renew lanes', () => this.extend(held))
    const missing = share - kept.length
    const taken = missing <= 0 ? [] : await this.session.write('take lanes', () => this.take(missing, kept))
    if (!this.joined) {
      this.joined = true
      this.tell()
    }
    // Nothing in memory waits for a row's lock.
    return { owned: [...kept, ...taken], share, skipped: 0, relays, xid }
  }

  async release(lanes: readonly HeldLane[]): Promise<void> {
    if (lanes.length === 0) return
    await this.session.write('release lanes', () => this.handOver(lanes))
    this.tell()
  }

  async leave(lanes: readonly HeldLane[]): Promise<void> {
    await this.session.write('leave', () => {
      this.handOver(lanes)
      for (const lane of this.tables.lanes) if (lane.owner === this.id) free(lane)
      this.tables.relays.delete(this.id)
    })
    this.tell()
  }

  private handOver(lanes: readonly HeldLane[]): void {
    for (const { lane, lowWater } of this.mine(lanes)) {
      free(lane)
      lane.lowWater = Math.max(lane.lowWater, lowWater)
    }
  }

  private register(xid: number): { xid: bigint; relays: number } {
    const { relays } = this.tables
    relays.set(this.id, this.tables.now() + this.leaseMs)
    const alive = [...relays.values()].filter((until) => until > this.tables.now())
    return { xid: BigInt(xid), relays: alive.length }
  }

  private extend(held: readonly HeldLane[]): HeldLane[] {
    return this.mine(held).map(({ lane, lowWater }) => {
      lane.leaseUntil = this.tables.now() + this.leaseMs
      lane.lowWater = Math.max(lane.lowWater, lowWater)
      return tenure(lane)
    })
  }

  private take(missing: number, kept: readonly HeldLane[]): HeldLane[] {
    const now = this.tables.now()
    const keeps = new Set(kept.map(({ lane }) => lane))
    const free = this.tables.lanes.filter(
      ({ lane, owner, leaseUntil }) =>
        owner === null || leaseUntil <= now || (owner === this.id && !keeps.has(lane)),
    )
    return free.slice(0, missing).map((lane) => {
      Object.assign(lane, { owner: this.id, token: lane.token + 1, leaseUntil: now + this.leaseMs })
      return tenure(lane)
    })
  }

  private mine(held: readonly HeldLane[]): { lane: ModelLane; lowWater: number }[] {
    return held.flatMap(({ lowWater, ...ref }) => {
      const lane = this.tables.held(ref)
      return lane?.owner === this.id ? [{ lane, lowWater }] : []
    })
  }
}

function free(lane: ModelLane): void {
  Object.assign(lane, { owner: null, leaseUntil: 0 })
}

function tenure({ lane, token, lowWater }: ModelLane): HeldLane {
  return { lane, token: String(token), lowWater }
}
