/** Says of an error of the Kafka client whose fault it is: one table, one row a case. */
import type { Fault, Outcome } from '../policy/outcome'

export type Failure = Exclude<Outcome, { kind: 'sent' }>

type Verdict =
  /** The record's own fault: it is tried again as rule 2 says, and then FAILED. */
  | 'record'
  /** The broker's, and every record's trouble. */
  | 'broker'
  /** The topic's: an outage where it is the events topic, the row's own fault elsewhere. */
  | 'topic'
  /** A partition's leader or replicas: an outage, though of one topic only. */
  | 'replica'

interface Case {
  readonly class: string
  readonly verdict: Verdict
}

/** By the broker's error code (org.apache.kafka.common.protocol.Errors). */
export const BY_PROTOCOL_CODE: Readonly<Record<number, Case>> = {
  // UNKNOWN_SERVER_ERROR: something in the broker went wrong, and it does not say what.
  [-1]: { class: 'broker_error', verdict: 'broker' },
  2: { class: 'corrupt_message', verdict: 'record' },
  3: { class: 'unknown_topic', verdict: 'topic' },
  5: { class: 'leader_not_available', verdict: 'replica' },
  6: { class: 'not_leader', verdict: 'replica' },
  7: { class: 'broker_timeout', verdict: 'broker' },
  8: { class: 'broker_not_available', verdict: 'broker' },
  9: { class: 'replica_not_available', verdict: 'replica' },
  10: { class: 'record_too_large', verdict: 'record' },
  13: { class: 'network', verdict: 'broker' },
  17: { class: 'invalid_topic', verdict: 'topic' },
  18: { class: 'record_too_large', verdict: 'record' },
  19: { class: 'not_enough_replicas', verdict: 'replica' },
  20: { class: 'not_enough_replicas', verdict: 'replica' },
  29: { class: 'topic_forbidden', verdict: 'topic' },
  31: { class: 'cluster_forbidden', verdict: 'broker' },
  32: { class: 'invalid_timestamp', verdict: 'record' },
  33: { class: 'authentication', verdict: 'broker' },
  34: { class: 'authentication', verdict: 'broker' },
  35: { class: 'unsupported_version', verdict: 'broker' },
  43: { class: 'unsupported_format', verdict: 'record' },
  44: { class: 'policy_violation', verdict: 'record' },
  56: { class: 'storage', verdict: 'replica' },
  58: { class: 'authentication', verdict: 'broker' },
  72: { class: 'listener_not_found', verdict: 'broker' },
  74: { class: 'not_leader', verdict: 'replica' },
  75: { class: 'not_leader', verdict: 'replica' },
  87: { class: 'invalid_record', verdict: 'record' },
  89: { class: 'throttled', verdict: 'broker' },
}

/** By the name of the client's error. */
export const BY_ERROR_NAME: Readonly<Record<string, Case>> = {
  KafkaJSConnectionError: { class: 'connection', verdict: 'broker' },
  KafkaJSConnectionClosedError: { class: 'connection', verdict: 'broker' },
  KafkaJSBrokerNotFound: { class: 'connection', verdict: 'broker' },
  KafkaJSNoBrokerAvailableError: { class: 'connection', verdict: 'broker' },
  KafkaJSRequestTimeoutError: { class: 'timeout', verdict: 'broker' },
  KafkaJSTimeout: { class: 'timeout', verdict: 'broker' },
  KafkaJSLockTimeout: { class: 'timeout', verdict: 'broker' },
  PublishDeadlineError: { class: 'timeout', verdict: 'broker' },
  KafkaJSSASLAuthenticationError: { class: 'authentication', verdict: 'broker' },
  KafkaJSMetadataNotLoaded: { class: 'leader_not_available', verdict: 'replica' },
  KafkaJSTopicMetadataNotLoaded: { class: 'unknown_topic', verdict: 'topic' },
  KafkaJSUnsupportedMagicByteInMessageSet: { class: 'unsupported_format', verdict: 'record' },
}

/** By the code that the operating system or TLS gave. */
export const BY_SYSTEM_CODE: Readonly<Record<string, Case>> = {
  ECONNREFUSED: { class: 'connection', verdict: 'broker' },
  ECONNRESET: { class: 'connection', verdict: 'broker' },
  ECONNABORTED: { class: 'connection', verdict: 'broker' },
  EPIPE: { class: 'connection', verdict: 'broker' },
  ENOTFOUND: { class: 'connection', verdict: 'broker' },
  EAI_AGAIN: { class: 'connection', verdict: 'broker' },
  EHOSTUNREACH: { class: 'connection', verdict: 'broker' },
  ENETUNREACH: { class: 'connection', verdict: 'broker' },
  ETIMEDOUT: { class: 'timeout', verdict: 'broker' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { class: 'authentication', verdict: 'broker' },
  SELF_SIGNED_CERT_IN_CHAIN: { class: 'authentication', verdict: 'broker' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { class: 'authentication', verdict: 'broker' },
  CERT_HAS_EXPIRED: { class: 'authentication', verdict: 'broker' },
  ERR_TLS_CERT_ALTNAME_INVALID: { class: 'authentication', verdict: 'broker' },
}

/** What {@link classify} may lay at a record's own door. */
export const RECORD_FAULT_CLASSES: readonly string[] = [
  ...new Set(
    [BY_PROTOCOL_CODE, BY_ERROR_NAME, BY_SYSTEM_CODE]
      .flatMap((table) => Object.values(table))
      .filter(({ verdict }) => verdict === 'record' || verdict === 'topic')
      .map((found) => found.class)
      .concat('unknown'),
  ),
]

/** "The producer is disconnected": ours, while it is being replaced. */
const DISCONNECTED = /disconnected/i

/** Not in the table: it may or may not have been written. */
const UNHEARD_OF = 'unknown'

interface ClientError {
  name: string
  message: string
  code?: string | number
  type?: string
}

/**
 * The outcome that `thrown` stands for.
 * @param ownTopic the record's topic is not the events topic: its absence is the record's own fault
 */
export function classify(thrown: unknown, { ownTopic }: { ownTopic: boolean }): Failure {
  const error = rootError(thrown)
  const found = lookUp(error)
  const code = error.type ?? (error.code === undefined ? undefined : String(error.code))
  const fault = {
    class: found?.class ?? UNHEARD_OF,
    ...(code === undefined ? {} : { code }),
    message: error.message,
  }
  switch (found?.verdict) {
    case undefined:
      return { kind: 'unknown', fault }
    case 'record':
      return { kind: 'record_fault', fault, final: false }
    case 'topic':
      return ownTopic
        ? { kind: 'record_fault', fault, final: false }
        : { kind: 'unavailable', fault, scope: 'broker' }
    case 'replica':
      return { kind: 'unavailable', fault, scope: ownTopic ? 'topic' : 'broker' }
    case 'broker':
      return { kind: 'unavailable', fault, scope: 'broker' }
  }
}

/** What any record would have met. */
export function problemOf(thrown: unknown): Fault {
  return classify(thrown, { ownTopic: false }).fault
}

function lookUp(error: ClientError): Case | undefined {
  const byCode =
    typeof error.code === 'number' ? BY_PROTOCOL_CODE[error.code] : BY_SYSTEM_CODE[error.code ?? '']
  if (byCode) return byCode
  const byName = BY_ERROR_NAME[error.name]
  if (byName) return byName
  return DISCONNECTED.test(error.message) ? { class: 'connection', verdict: 'broker' } : undefined
}

/** With its retries off kafkajs wraps every error; the cause tells. */
function rootError(thrown: unknown): ClientError {
  let error = thrown
  while (error instanceof Error && error.cause instanceof Error) error = error.cause
  if (error instanceof Error) return error
  return { name: 'unknown', message: String(thrown) }
}
