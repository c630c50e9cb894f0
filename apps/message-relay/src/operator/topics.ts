/** `topics --create`: the events topic and its dead-letter topic, made where they are missing. */
import type { RelayConfiguration } from '../config'
import { createKafka } from '../kafka/client'
import { deadLetterTopicOf } from '../policy/dead-letter-name'
import { createMissingTopics, type TopicReport } from '../kafka/create-topics'

export type { TopicReport } from '../kafka/create-topics'

const REQUEST_TIMEOUT_MS = 15_000

/**
 * Creates what is missing; a topic that exists keeps its partitions.
 * @throws what kafkajs throws when the broker cannot be reached or refuses
 */
export async function createTopics(configuration: RelayConfiguration): Promise<TopicReport[]> {
  const { eventsTopic, topicPartitions } = configuration
  const kafka = createKafka({ ...configuration.kafka, requestTimeoutMs: REQUEST_TIMEOUT_MS }, () => undefined)
  return await createMissingTopics(kafka, [eventsTopic, deadLetterTopicOf(eventsTopic)], topicPartitions)
}
