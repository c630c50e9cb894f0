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

const NOT_TRIED: Attempt = { kind: 'handed_back' }

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
    const attempted: { row: ClaimedRow; attempt: Attempt }[] = []
    const going: typeof attempted = []
    const messages: KafkaMessage[] = []
    for (const row of rows) {
      const judged = this.judge(row, mayGo)
      const entry = { row, attempt: 'kind' in judged ? judged : NOT_TRIED }
      attempted.push(entry)
      if ('kind' in judged) {
        this.hold(entry)
      } else {
        going.push(entry)
        messages.push(judged)
      }
    }
    const results = await this.publisher.publish(messages, () => this.leaseLastsForAPublish())
    going.forEach((entry, nth) => {
      entry.attempt = results[nth] ?? NOT_TRIED
      this.hold(entry)
    })
    return attempted
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

  /** What was not sent holds its key, unless nothing has to wait for it. */
  private hold({ row, attempt }: AttemptedRow): void {
    if (attempt.kind === 'sent') return
    // FAILED at once and passed.
    if (attempt.kind === 'record_fault' && attempt.final && this.settings.failedKeyPolicy === 'skip') return
    this.inFlight.hold(row, attempt.kind === 'handed_back' ? 'handed_back' : 'failed')
  }
}
