/** Shares the lanes among the relays that are alive, by leases in PostgreSQL's time and fencing tokens. */
import { fairShare } from '../policy/fair-share'
import type { LaneLeases, LaneTenure, Renewal } from '../pipeline/ports'
import type { Database, Statement } from './database'

// Relays that ended without a word are forgotten after a minute.
const FORGET_DEAD: Statement = {
  name: 'relay-forget-dead',
  text: `DELETE FROM outbox_relays WHERE lease_until < clock_timestamp() - interval '1 minute'`,
}

// Whoever locks several lanes locks them in their order: settling does so too.
const LOCKED_MINE = `
WITH locked AS MATERIALIZED (
  SELECT l.lane, mine.low_water
    FROM outbox_lanes AS l
    JOIN unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS mine (lane, token, low_water)
      ON l.lane = mine.lane AND l.token = mine.token AND l.owner = $1
   ORDER BY l.lane FOR NO KEY UPDATE OF l
)`

// One statement, for an idle relay sends little else. It answers at least one row, without a lane where none is held.
const RENEW: Statement = {
  name: 'relay-renew',
  text: `${LOCKED_MINE}, registered AS (
  INSERT INTO outbox_relays AS r (id, name, lease_until)
  VALUES ($1, $5, clock_timestamp() + $6 * interval '1 millisecond')
  ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
), renewed AS (
  UPDATE outbox_lanes AS l
     SET lease_until = clock_timestamp() + $6 * interval '1 millisecond',
         low_water = greatest(l.low_water, locked.low_water)
    FROM locked
   WHERE l.lane = locked.lane
  RETURNING l.lane, l.token::text AS token, l.low_water
), others AS (
  SELECT count(*)::integer AS relays FROM outbox_relays WHERE lease_until > clock_timestamp() AND id <> $1
)
SELECT renewed.*, others.relays + 1 AS relays, pg_current_xact_id()::text AS xid
  FROM others LEFT JOIN renewed ON true`,
}

const FREE = `owner IS NULL OR lease_until <= clock_timestamp() OR owner = $1 AND NOT lane = ANY ($4::smallint[])`

// FOR UPDATE: what moves a lane's rows holds the lane FOR KEY SHARE, which an UPDATE alone would not respect.
// Such a lane is skipped, and counted: its rows may be held for long, and the others are wanted now.
// Like RENEW it answers at least one row.
const TAKE: Statement = {
  name: 'relay-take',
  text: `
WITH taken AS (
  UPDATE outbox_lanes AS l
     SET owner = $1, token = l.token + 1, lease_until = clock_timestamp() + $2 * interval '1 millisecond'
    FROM (SELECT lane FROM outbox_lanes WHERE ${FREE} ORDER BY lane LIMIT $3 FOR UPDATE SKIP LOCKED) AS free
   WHERE l.lane = free.lane
  RETURNING l.lane, l.token::text AS token, l.low_water
), free AS (
  -- As they were before this statement took any.
  SELECT count(*)::integer AS lanes FROM outbox_lanes WHERE ${FREE}
)
SELECT taken.*, (least($3, free.lanes) - (SELECT count(*) FROM taken))::integer AS skipped
  FROM free LEFT JOIN taken ON true`,
}

const RELEASE: Statement = {
  name: 'relay-release-lanes',
  text: `${LOCKED_MINE}
UPDATE outbox_lanes AS l
   SET owner = NULL, lease_until = NULL, low_water = greatest(l.low_water, locked.low_water)
  FROM locked
 WHERE l.lane = locked.lane`,
}

// Lanes and relay go in one statement: whoever counted the leaver among the relays would leave half of its lanes
// alone. A lane may be this relay's without its knowing: the answer to its TAKE was lost.
const LEAVE: Statement = {
  name: 'relay-leave',
  text: `
WITH locked AS MATERIALIZED (
  SELECT l.lane, mine.low_water
    FROM outbox_lanes AS l
    LEFT JOIN unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS mine (lane, token, low_water)
      ON l.lane = mine.lane AND l.token = mine.token
   WHERE l.owner = $1
   ORDER BY l.lane FOR NO KEY UPDATE OF l
), freed AS (
  UPDATE outbox_lanes AS l
     SET owner = NULL, lease_until = NULL, low_water = greatest(l.low_water, locked.low_water)
    FROM locked
   WHERE l.lane = locked.lane
)
DELETE FROM outbox_relays WHERE id = $1`,
}

/** Tells the other relays that lanes were handed over or are wanted, so that they need not wait for their renewal. */
const TELL: Statement = { name: 'relay-tell', text: 'NOTIFY outbox_lanes' }

interface LaneRecord {
  lane: number
  token: string
  low_water: string
}

interface Registered {
  relays: number
  xid: string
}

type RenewedRecord = (LaneRecord | { lane: null }) & Registered
type TakenRecord = (LaneRecord | { lane: null }) & { skipped: number }

type HeldLane = LaneTenure & { readonly lowWater: number }

export class PostgresLaneLeases implements LaneLeases {
  private joined = false

  constructor(
    private readonly database: Database,
    private readonly identity: { readonly id: string; readonly name: string },
    private readonly leaseMs: number,
  ) {}

  async renew(held: readonly HeldLane[]): Promise<Renewal> {
    const { id, name } = this.identity
    const renewed = await this.database.run<RenewedRecord>(RENEW, [id, ...columns(held), name, this.leaseMs])
    const kept = renewed.filter(isLane)
    const relays = renewed[0]?.relays ?? 1
    const share = fairShare(relays)
    const missing = share - kept.length
    const taken =
      missing <= 0
        ? []
        : await this.database.run<TakenRecord>(TAKE, [
            id,
            this.leaseMs,
            missing,
            kept.map(({ lane }) => lane),
          ])
    if (!this.joined) {
      await this.database.run(FORGET_DEAD, [])
      await this.database.run(TELL, [])
      this.joined = true
    }
    return {
      owned: [...kept, ...taken.filter(isLane)].map(({ lane, token, low_water: lowWater }) => ({
        lane,
        token,
        lowWater: Number(lowWater),
      })),
      share,
      skipped: taken[0]?.skipped ?? 0,
      relays,
      xid: BigInt(renewed[0]?.xid ?? 0),
    }
  }

  async release(lanes: readonly HeldLane[]): Promise<void> {
    if (lanes.length === 0) return
    await this.database.run(RELEASE, [this.identity.id, ...columns(lanes)])
    await this.database.run(TELL, [])
  }

  async leave(lanes: readonly HeldLane[]): Promise<void> {
    await this.database.run(LEAVE, [this.identity.id, ...columns(lanes)])
    await this.database.run(TELL, [])
  }
}

function isLane<R extends { lane: number | null }>(record: R): record is R & LaneRecord {
  return record.lane !== null
}

function columns(lanes: readonly HeldLane[]): unknown[] {
  return [
    lanes.map(({ lane }) => lane),
    lanes.map(({ token }) => token),
    lanes.map(({ lowWater }) => lowWater),
  ]
}
