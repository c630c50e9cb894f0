/** What an operator is to do about a broker that takes nothing. */

const AWAY = 'the broker is away: nothing is claimed until it answers; nothing is to be done here'
const BATCH = 'the broker could not take a batch: its rows keep their schedule and wait for the broker'

/** By the class of the fault. */
export function brokerAdvice(errorClass: string, eventsTopic: string): string {
  switch (errorClass) {
    case 'unknown_topic':
      return `the events topic ${eventsTopic} does not exist: nothing is claimed until it does; create it with message-relay topics --create (runbook topic-lost)`
    case 'topic_forbidden':
      return `the relay may not write to the events topic ${eventsTopic}: nothing is claimed until its ACL allows it (runbook circuit-open)`
    case 'authentication':
      return 'the broker refuses the relay: nothing is claimed until KAFKA_SASL_* or the certificates are mended (runbook circuit-open)'
    default:
      return AWAY
  }
}

/** Of a batch that was refused before the circuit opened. */
export function batchRefused(errorClass: string, eventsTopic: string): string {
  const advice = brokerAdvice(errorClass, eventsTopic)
  return advice === AWAY ? BATCH : advice
}
