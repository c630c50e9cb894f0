/** An outcome other than sent. */
import type { Outcome } from '../../policy/outcome'

export type Failure = Exclude<Outcome, { kind: 'sent' }>

export const BROKER_AWAY: Failure = {
  kind: 'unavailable',
  fault: { class: 'connection', message: 'the broker is away' },
  scope: 'broker',
}

export const NO_ANSWER: Failure = {
  kind: 'unavailable',
  fault: { class: 'timeout', message: 'no answer within the deadline' },
  scope: 'broker',
}

export const NOT_UNDERSTOOD: Failure = {
  kind: 'unknown',
  fault: { class: 'unknown', message: 'an answer that nobody understands' },
}
