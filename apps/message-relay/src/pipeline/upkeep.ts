/** Between the polls: dead letters go out, SENT rows that are old enough go away. */
import { DeadLetters, type DeadLetterEvents } from './dead-letters'
import type { Lanes } from './lanes'
import type { Clock, DeadLetterTopic, OutboxUpkeep } from './ports'

export interface UpkeepEvents extends DeadLetterEvents {
  removed(rows: number): void
  upkeepFailed(error: unknown): void
}

export interface UpkeepSettings {
  readonly pollIntervalMs: number
  /** Zero keeps SENT rows for ever. */
  readonly sentRetentionMs: number
}

/** Between two steps of a removal, so that it takes little of the database's time. */
const BREATH_MS = 50
/** How often old rows are looked for, as a part of their retention, but at least once a minute. */
const REMOVALS_IN_A_RETENTION = 100
const LONGEST_WITHOUT_REMOVAL_MS = 60_000
/** Rows that were passed over (FAILED or parked, and sent since) are looked at again so often, but at least once an hour. */
const STARTS_OVER_IN_A_RETENTION = 10
const LONGEST_WITHOUT_START_OVER_MS = 3_600_000

export class Upkeep {
  private readonly deadLetters: DeadLetters
  private removedUpTo = new Map<number, number>()
  private startOverAt = 0
  private removeAt = 0

  constructor(
    private readonly outbox: OutboxUpkeep,
    deadLetterTopic: DeadLetterTopic,
    private readonly lanes: Lanes,
    private readonly clock: Clock,
    private readonly settings: UpkeepSettings,
    private readonly events: UpkeepEvents,
  ) {
    this.deadLetters = new DeadLetters(outbox, deadLetterTopic, lanes, events)
  }

  /**
   * One round; stops early when `stopping` says so.
   * @returns the milliseconds until the next is wanted, unless a row FAILED or a lane came
   */
  async round(stopping: () => boolean): Promise<number> {
    const { pollIntervalMs } = this.settings
    if (this.lanes.size === 0) return pollIntervalMs
    try {
      const lettersLeft = await this.deadLetters.round(stopping)
      await this.removeOld(stopping)
      return lettersLeft ? pollIntervalMs : Math.max(pollIntervalMs, this.removeInMs())
    } catch (error) {
      this.events.upkeepFailed(error)
      return pollIntervalMs
    }
  }

  private removeInMs(): number {
    const { sentRetentionMs } = this.settings
    return sentRetentionMs === 0 ? LONGEST_WITHOUT_REMOVAL_MS : this.removeAt - this.clock.monotonicMs()
  }

  private async removeOld(stopping: () => boolean): Promise<void> {
    const { sentRetentionMs } = this.settings
    const now = this.clock.monotonicMs()
    if (sentRetentionMs === 0 || now < this.removeAt) return
    if (now >= this.startOverAt) {
      this.removedUpTo = new Map()
      this.startOverAt =
        now + Math.min(sentRetentionMs / STARTS_OVER_IN_A_RETENTION, LONGEST_WITHOUT_START_OVER_MS)
    }
    while (!stopping()) {
      const lanes = this.lanes
        .claimable()
        .map(({ lane, token }) => ({ lane, token, after: this.removedUpTo.get(lane) ?? 0 }))
      const { removed, dealtWith } = await this.outbox.removeSent(lanes, sentRetentionMs)
      for (const [lane, seq] of dealtWith) this.removedUpTo.set(lane, seq)
      if (removed > 0) this.events.removed(removed)
      if (removed === 0 && dealtWith.size === 0) break
      await this.clock.sleep(BREATH_MS)
    }
    this.removeAt =
      this.clock.monotonicMs() +
      Math.min(sentRetentionMs / REMOVALS_IN_A_RETENTION, LONGEST_WITHOUT_REMOVAL_MS)
  }
}
