/** What became of one record that was to be published: a closed set. */

/** Why a publish failed, as the row's error record and the metrics name it. */
export interface Fault {
  /** The class an operator selects by, such as `record_too_large`. */
  readonly class: string
  /** The broker's or the client's own code, where it gave one. */
  readonly code?: string
  readonly message: string
}

/** For people: `class: message`. */
export function describeFault(fault: Fault): string {
  return `${fault.class}: ${fault.message}`
}

/** Nobody answered: the broker is away, or one record keeps it silent. Any other class is an answer. */
const WITHOUT_ANSWER: ReadonlySet<string> = new Set(['connection', 'timeout'])

/** The broker itself said that it could not take the record. */
export function isAnswer(fault: Pick<Fault, 'class'>): boolean {
  return !WITHOUT_ANSWER.has(fault.class)
}

export type Outcome =
  | { readonly kind: 'sent'; readonly partition: number; readonly offset: string }
  /** The record's own fault; `final` where no further attempt could end otherwise. */
  | { readonly kind: 'record_fault'; readonly fault: Fault; readonly final: boolean }
  /** The broker could not take it now. It may have been written all the same. */
  | { readonly kind: 'unavailable'; readonly fault: Fault; readonly scope: 'broker' | 'topic' }
  /** Nobody can tell whether it was written: it is tried again, for a repeat is allowed and a loss is not. */
  | { readonly kind: 'unknown'; readonly fault: Fault }

/** What the relay did with a claimed row: published it, or left it because of an earlier row of its key. */
export type Attempt =
  | Outcome
  /** An earlier row of its key failed: it waits behind that row. */
  | { readonly kind: 'withheld' }
  /** Not tried, nobody's fault (lease too short, circuit open): it is claimed again. */
  | { readonly kind: 'handed_back' }
