/** What the contracts of the outbox's ports need of an implementation besides the ports. */
import { randomUUID } from 'node:crypto'
import type { OutboxStatus } from '@infinite-scribe/shared-types'
import type {
  LaneLeases,
  LaneTenure,
  OutboxReader,
  OutboxSettler,
  OutboxUpkeep,
  Renewal,
  RowRef,
} from '../ports'

export interface NewRow {
  readonly key: string
  readonly payload?: unknown
}

/** A row as it stands. */
export interface StoredRow {
  readonly status: OutboxStatus
  readonly parked: boolean
  readonly attempts: number
  readonly willRetry: boolean
  readonly deadLetterDue: boolean
  readonly offset: string | null
  /** Milliseconds until it may be tried; null is at once. */
  readonly dueInMs: number | null
  readonly errorClass: string | null
}

export interface OutboxUnderTest {
  readonly outbox: OutboxReader & OutboxSettler & OutboxUpkeep
  /** The leases of one more relay. */
  relay(): LaneLeases
  /** Commits rows in one transaction. */
  insert(rows: readonly NewRow[]): Promise<Omit<RowRef, 'token'>[]>
  /** Inserts rows in a transaction that stays open. */
  open(rows: readonly NewRow[]): Promise<{ readonly xid: string; commit(): Promise<void> }>
  stored(id: string): Promise<StoredRow | undefined>
  /** As an operator's SQL does. */
  setStatus(id: string, status: OutboxStatus): Promise<void>
  drop(id: string): Promise<void>
  /** As if every relay had been silent for longer than its lease. */
  expireLeases(): Promise<void>
  /** As if it had been sent an hour ago. */
  ageSent(id: string): Promise<void>
  /** Keys whose rows share a lane. */
  keysOfOneLane(count: number): Promise<string[]>
  close(): Promise<void>
}

export const PLENTY = { rows: 100, bytes: 1_000_000 }
export const SENT = { kind: 'sent', attempts: 1, partition: 0, offset: '7' } as const
export const FAULT = { class: 'record_too_large', message: 'too large', attempts: [] }

/** A payload with an id of its own. */
export const envelope = (more: object = {}): object => ({ event_id: randomUUID(), ...more })

/** All that can be read of the lanes of `renewal`. */
export const whole = ({ owned }: Pick<Renewal, 'owned'>, more: { after?: number; upTo?: number } = {}) =>
  owned.map(({ lane, token }) => ({ lane, token, after: more.after ?? 0, upTo: more.upTo ?? null }))

/** `rows` under the tokens of `renewal`. */
export function heldBy(renewal: Renewal, rows: readonly Omit<RowRef, 'token'>[]): RowRef[] {
  const tokens = new Map(renewal.owned.map(({ lane, token }: LaneTenure) => [lane, token]))
  return rows.map((row) => ({ ...row, token: tokens.get(row.lane)! }))
}
