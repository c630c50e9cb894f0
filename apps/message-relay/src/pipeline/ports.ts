/** What the pipeline needs of the world: the outbox in PostgreSQL, Kafka, the wake-up, the clock. */
import type { DeliveryError } from '@infinite-scribe/shared-types'
import type { KafkaMessage } from '../policy/kafka-message'
import type { Fault, Outcome } from '../policy/outcome'
import type { ParkedHead } from '../policy/parked-keys'
import type { Settlement } from '../policy/settlement'

/** A lane as its owner knows it; `token` fences everything the owner writes. */
export interface LaneTenure {
  readonly lane: number
  /** bigint as text. */
  readonly token: string
}

/** A row claimed for publishing. */
export interface ClaimedRow extends LaneTenure {
  readonly id: string
  readonly seq: number
  readonly topic: string
  readonly key: string
  readonly value: string
  readonly eventId: string | null
  readonly eventType: string | null
  readonly traceparent: string | null
  /** When it was put into the outbox, by this process's clock: milliseconds since the epoch. */
  readonly writtenAtMs: number
  readonly attempts: number
  readonly error: DeliveryError | null
  /** It was found among the parked rows, not by the cursor. */
  readonly parked: boolean
  /** Bytes of its value, or what it takes in the database where that is more: what a claim's bound counts. */
  readonly bytes: number
}

/** A row that names itself and nothing more. */
export interface RowRef extends LaneTenure {
  readonly id: string
  readonly seq: number
}

export interface Bounds {
  readonly rows: number
  readonly bytes: number
}

/** Where to read a lane: rows with `after` < seq, and seq <= `upTo` where that is given. */
export interface LaneRange extends LaneTenure {
  readonly after: number
  readonly upTo: number | null
}

export interface RangeRead {
  readonly rows: readonly ClaimedRow[]
  /** Rows whose key has an earlier parked row: to be parked before anybody reads on. */
  readonly blocked: readonly RowRef[]
  /** How far each lane was read, and whether there may be more; a lane that was not reached is absent. */
  readonly lanes: ReadonlyMap<number, { readTo: number; hasMore: boolean }>
  /** Lanes that were not read because they are not, or not now, held under their token. */
  readonly notHeld: ReadonlySet<number>
  /** pg_snapshot as text: what the read could see. */
  readonly snapshot: string
}

/** Reads rows to publish. Nothing here writes but `park`, `setBack` and `release`, each fenced by the tokens. */
export interface OutboxReader {
  /**
   * Fresh rows in a range of each lane, in order for each lane, without those of `except`.
   * Lanes are read in the order given until `bounds` are reached.
   */
  readRange(
    lanes: readonly LaneRange[],
    perLane: number,
    bounds: Bounds,
    except: readonly string[],
  ): Promise<RangeRead>
  /** The first parked row of each key, in an order of keys of its own beyond the key `after`, at most `limit`. */
  parkedHeads(
    lanes: readonly (LaneTenure & { after: string | null })[],
    limit: number,
  ): Promise<readonly ParkedHead[]>
  /**
   * Of each key, in the order given, the parked rows that may go now: from its first up to the first that may
   * not, and none above `upTo`.
   */
  parkedRuns(
    keys: readonly (LaneTenure & { key: string; upTo: number })[],
    retriesOnly: boolean,
    bounds: Bounds,
  ): Promise<{ rows: readonly ClaimedRow[]; complete: boolean }>
  /** Takes PENDING rows out of the cursor's path. */
  park(rows: readonly RowRef[]): Promise<void>
  /** FAILED rows of an outage become PENDING; the number of rows. */
  setBack(rows: readonly RowRef[]): Promise<number>
  /** Settled rows no longer hold their key. */
  release(rows: readonly RowRef[]): Promise<void>
}

export interface SettledRow extends RowRef {
  /** Attempts before this one. */
  readonly attempts: number
  readonly settlement: Settlement
}

export interface OutboxSettler {
  /**
   * Writes what became of the rows, of those alone whose lane is still held under their token and that are
   * still PENDING.
   * @returns how many rows were changed, and the id of the transaction
   */
  settle(rows: readonly SettledRow[]): Promise<{ changed: number; xid: bigint | undefined }>
}

export interface Renewal {
  /** Every lane that is owned now, with the number its cursor may start from. */
  readonly owned: readonly (LaneTenure & { lowWater: number })[]
  /** How many lanes this relay should own. */
  readonly share: number
  /** Lanes of the share that are free and could not be taken: somebody still writes rows of them. */
  readonly skipped: number
  readonly relays: number
  /** The renewal's transaction. */
  readonly xid: bigint
}

export interface LaneLeases {
  /** Registers this relay, renews its lanes, and takes free or expired ones up to its share. */
  renew(held: readonly (LaneTenure & { lowWater: number })[]): Promise<Renewal>
  /** Hands lanes over at once. */
  release(lanes: readonly (LaneTenure & { lowWater: number })[]): Promise<void>
  /** Hands every lane over and is no relay any more, both at once: nobody shares the lanes with it any longer. */
  leave(lanes: readonly (LaneTenure & { lowWater: number })[]): Promise<void>
}

export interface Publisher {
  /**
   * Publishes records in their order for each key. One answer a record, never a throw. A record that was
   * not tried is `withheld` behind an earlier one of its key that failed, or `handed_back` because `mayStart` forbade it.
   */
  publish(records: readonly KafkaMessage[], mayStart: () => boolean): Promise<readonly (Outcome | NotTried)[]>
  /** Asks the broker for the events topic without spending a record; what is wrong, or undefined. */
  probe(): Promise<Fault | undefined>
}

export type NotTried = { readonly kind: 'withheld' } | { readonly kind: 'handed_back' }

export interface Clock {
  /** Wall clock, for what people read. */
  now(): Date
  /** Milliseconds that only grow. */
  monotonicMs(): number
  sleep(ms: number): Promise<void>
}

export interface WakeUp {
  /** Resolves at the next signal, or `ms` later, or at once if a signal came since the last wait. */
  orAfter(ms: number): Promise<void>
  /** Wakes whoever waits. */
  wake(): void
}

/** A row that FAILED for its own fault, for the dead-letter topic. */
export interface DeadLetter extends RowRef {
  readonly topic: string
  readonly key: string
  readonly value: string
  readonly eventId: string | null
  readonly eventType: string | null
  readonly attempts: number
  readonly error: DeliveryError | null
}

/** What keeps the outbox small and the dead-letter topic complete. */
export interface OutboxUpkeep {
  /** Rows that the dead-letter topic has yet to get, by lane and seq, those beyond `after`, at most `limit`, fewer where they are large. */
  deadLettersDue(
    lanes: readonly LaneTenure[],
    after: Pick<RowRef, 'lane' | 'seq'> | undefined,
    limit: number,
  ): Promise<readonly DeadLetter[]>
  deadLettered(rows: readonly RowRef[]): Promise<void>
  /**
   * Removes SENT rows older than `olderThanMs`, of the first few of each lane beyond `after`, up to one that is yet to be read.
   * @returns how many were removed, and up to where no row of a lane is left but such as may stay for long: FAILED and parked ones, for example
   */
  removeSent(
    lanes: readonly (LaneTenure & { after: number })[],
    olderThanMs: number,
  ): Promise<{ removed: number; dealtWith: ReadonlyMap<number, number> }>
}

export interface DeadLettersPublished {
  readonly got: readonly DeadLetter[]
  /** The topic takes nothing of them. */
  readonly refused: readonly { readonly letter: DeadLetter; readonly reason: string }[]
  /** What the first of the others met, for which the rest was not tried, where there are any. */
  readonly problem: Fault | undefined
}

export interface DeadLetterTopic {
  /** Publishes them one by one in their order, if need be without their value and with a part of their key; never throws. */
  publish(letters: readonly DeadLetter[]): Promise<DeadLettersPublished>
}
