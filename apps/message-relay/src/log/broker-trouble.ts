/** What is wrong with Kafka, in an operator's words: the one place that knows them for each class of error. */
import { isAnswer } from '../policy/outcome'

export interface Trouble {
  readonly what: string
  /** What an operator is to do about it. */
  readonly remedy: string
}

const LOOK_AT_LEADERS =
  'the brokers elect one by themselves; where it lasts, look at which of them are down (runbook circuit-open)'

/** The words for each class; `topic` says which topic it was met with. */
const TROUBLES: Readonly<Record<string, (topic: string) => Trouble>> = {
  unknown_topic: (topic) => ({
    what: `${topic} does not exist`,
    remedy: 'create it with message-relay topics --create, or mend EVENTS_TOPIC (runbook topic-lost)',
  }),
  invalid_topic: (topic) => ({
    what: `the broker refuses to write to ${topic}, for its name`,
    remedy: "mend EVENTS_TOPIC: it names none of Kafka's own topics (runbook circuit-open)",
  }),
  topic_forbidden: (topic) => ({
    what: `the relay may not write to ${topic}`,
    remedy: "let the topic's ACL allow it (runbook circuit-open)",
  }),
  authentication: () => ({
    what: 'the broker refuses the relay',
    remedy: 'mend KAFKA_SASL_* or the certificates (runbook circuit-open)',
  }),
  not_enough_replicas: (topic) => ({
    what: `${topic} has fewer in-sync replicas than its min.insync.replicas`,
    remedy: 'start the brokers that are down, or lower min.insync.replicas (runbook circuit-open)',
  }),
  leader_not_available: (topic) => ({
    what: `a partition of ${topic} has no leader yet`,
    remedy: LOOK_AT_LEADERS,
  }),
  not_leader: (topic) => ({
    what: `a partition of ${topic} is changing its leader`,
    remedy: LOOK_AT_LEADERS,
  }),
}

const AWAY: Trouble = { what: 'the broker is away', remedy: 'nothing is to be done here' }

/** @param topic such as "the events topic" */
export function troubleOf(errorClass: string, topic: string): Trouble {
  const words = TROUBLES[errorClass]
  if (words) return words(topic)
  return isAnswer({ class: errorClass })
    ? {
        what: `the broker does not take events (${errorClass})`,
        remedy: "look at the error and at the broker's log (runbook circuit-open)",
      }
    : AWAY
}
