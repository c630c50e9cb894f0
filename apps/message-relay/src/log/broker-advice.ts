/** What an operator is to do about a broker that takes nothing, by the class that the reason begins with. */
export function brokerAdvice(reason: string, eventsTopic: string): string {
  const [errorClass] = reason.split(':')
  switch (errorClass) {
    case 'unknown_topic':
      return `the events topic ${eventsTopic} does not exist: nothing is claimed until it does; create it with message-relay topics --create (runbook topic-lost)`
    case 'topic_forbidden':
      return `the relay may not write to the events topic ${eventsTopic}: nothing is claimed until its ACL allows it (runbook circuit-open)`
    case 'authentication':
      return 'the broker refuses the relay: nothing is claimed until KAFKA_SASL_* or the certificates are mended (runbook circuit-open)'
    default:
      return 'the broker is away: nothing is claimed until it answers; nothing is to be done here'
  }
}
