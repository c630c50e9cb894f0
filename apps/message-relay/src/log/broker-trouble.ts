/** What is wrong with Kafka, in an operator's words: the one place that knows them for each class of error. */
import { isAnswer } from '../policy/outcome'

interface Words {
  readonly what: string
  /** What an operator is to do about it. */
  readonly remedy: string
  /** The page that tells more, where it is not that of the open circuit. */
  readonly runbook?: string
}

export type Trouble = Required<Words>

const LOOK_AT_LEADERS = 'the brokers elect one by themselves; where it lasts, look at which of them are down'

/** The words for each class; `topic` says which topic it was met with. */
const TROUBLES: Readonly<Record<string, (topic: string) => Words>> = {
  unknown_topic: (topic) => ({
    what: `${topic} does not exist`,
    remedy: 'create it with message-relay topics --create, or mend EVENTS_TOPIC',
    runbook: 'topic-lost',
  }),
  invalid_topic: (topic) => ({
    what: `the broker refuses to write to ${topic}, for its name`,
    remedy: "mend EVENTS_TOPIC: it must not name one of Kafka's own topics",
  }),
  topic_forbidden: (topic) => ({
    what: `the relay may not write to ${topic}`,
    remedy: "let the topic's ACL allow it",
  }),
  cluster_forbidden: () => ({
    what: 'the broker refuses the relay a right on the cluster',
    remedy: "let the cluster's ACL allow it",
  }),
  authentication: () => ({
    what: 'the broker refuses the relay',
    remedy: 'mend KAFKA_SASL_* or the certificates',
  }),
  not_enough_replicas: (topic) => ({
    what: `${topic} has fewer in-sync replicas than its min.insync.replicas`,
    remedy: 'start the brokers that are down, or lower min.insync.replicas',
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

/** What else is to be done where it is the dead-letter topic that takes nothing. */
const DEAD_LETTER_REMEDIES: Readonly<Record<string, string>> = {
  unknown_topic: 'create it with message-relay topics --create',
  invalid_topic: 'mend EVENTS_TOPIC, which its name is made of',
}

const AWAY: Words = { what: 'the broker is away', remedy: 'nothing is to be done here' }

function refusal(errorClass: string, topic: string, what: string): Words {
  return (
    TROUBLES[errorClass]?.(topic) ?? {
      what: `the broker does not take ${what} (${errorClass})`,
      remedy: "look at the error and at the broker's log",
    }
  )
}

/** @param topic such as "the events topic" */
export function troubleOf(errorClass: string, topic: string): Trouble {
  const words = isAnswer({ class: errorClass }) ? refusal(errorClass, topic, 'events') : AWAY
  return { runbook: 'circuit-open', ...words }
}

/** What the broker answers to a dead letter, while it takes events. @param topic the dead-letter topic, as in {@link troubleOf} */
export function deadLetterTroubleOf(errorClass: string, topic: string): Trouble {
  const { what, remedy } = refusal(errorClass, topic, 'dead letters')
  return { what, remedy: DEAD_LETTER_REMEDIES[errorClass] ?? remedy, runbook: 'rows-failed' }
}
