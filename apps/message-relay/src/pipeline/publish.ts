/** Publishes a claimed batch: every row gets an attempt's result, and no row overtakes an earlier one of its key. */
import { toKafkaMessage, type KafkaMessage } from '../policy/kafka-message'
import type { Attempt } from '../policy/outcome'
import type { FailedKeyPolicy } from '../policy/settlement'
import type { InFlight } from './in-flight'
import type { Lanes } from './lanes'
import type { ClaimedRow, Clock, Publisher } from './ports'

export interface AttemptedRow {
  readonly row: ClaimedRow
  readonly attempt: Attempt
}

export interface PublishSettings {
  readonly cloudEvents: boolean
  readonly publishTimeoutMs: number
  readonly failedKeyPolicy: FailedKeyPolicy
}

export class Publishing {
  constructor(
    private readonly publisher: Publisher,
    private readonly lanes: Lanes,
    private readonly inFlight: InFlight,
    private readonly clock: Clock,
    private readonly settings: PublishSettings,
  ) {}

  /** A publish that begins now ends before anybody else can own its lanes. */
  leaseLastsForAPublish(): boolean {
    return this.lanes.leaseLeftMs(this.clock.monotonicMs()) >= this.settings.publishTimeoutMs
  }

  /**
   * Publishes what may go.
   * @param mayGo false hands a row back untouched, and with it what follows it in its key
   */
  async publish(rows: readonly ClaimedRow[], mayGo: (row: ClaimedRow) => boolean): Promise<AttemptedRow[]> {
    const attempts = new Map<string, Attempt>()
    const going: { row: ClaimedRow; message: KafkaMessage }[] = []
    for (const row of rows) {
      const outcome = this.judge(row, mayGo)
      if ('kind' in outcome) this.record(row, outcome, attempts)
      else going.push({ row, message: outcome })
    }
    const results = await this.publisher.publish(
      going.map(({ message }) => message),
      () => this.leaseLastsForAPublish(),
    )
    going.forEach(({ row }, nth) => {
      this.record(row, results[nth] ?? { kind: 'handed_back' }, attempts)
    })
    return rows.map((row) => ({ row, attempt: attempts.get(row.id) ?? { kind: 'handed_back' } }))
  }

  /** The record to send, or why none is sent. */
  private judge(row: ClaimedRow, mayGo: (row: ClaimedRow) => boolean): Attempt | KafkaMessage {
    if (!this.lanes.holds(row)) return { kind: 'handed_back' }
    const held = this.inFlight.heldAs(row.key)
    if (held === 'failed') return { kind: 'withheld' }
    if (held === 'handed_back' || !mayGo(row)) return { kind: 'handed_back' }
    const message = toKafkaMessage(row, this.settings)
    if (!('fault' in message)) return message
    return { kind: 'record_fault', fault: message.fault, final: true }
  }

  private record(row: ClaimedRow, attempt: Attempt, attempts: Map<string, Attempt>): void {
    attempts.set(row.id, attempt)
    if (attempt.kind === 'sent') return
    // FAILED at once and passed: nothing has to wait for it.
    if (attempt.kind === 'record_fault' && attempt.final && this.settings.failedKeyPolicy === 'skip') return
    this.inFlight.hold(row.key, attempt.kind === 'handed_back' ? 'handed_back' : 'failed')
  }
}
