/** Topics that can be used as soon as they are made. */
import type { Admin, ITopicConfig } from 'kafkajs'
import { waitUntil } from '../wait-until'

const LONGEST_WAIT_MS = 20_000

/**
 * Creates the topic and waits until each partition's leader answers. kafkajs's own wait fails if its first look comes too
 * soon, and a broker tells who leads a moment before that one knows it.
 * @throws what kafkajs throws, or when no leader answers within 20 s
 */
export const createTopic = async (admin: Admin, topic: ITopicConfig): Promise<void> => {
  await admin.createTopics({ topics: [topic], waitForLeaders: false })
  await waitUntil(
    `the leaders of ${topic.topic}`,
    async () => {
      const offsets = await admin.fetchTopicOffsets(topic.topic)
      return offsets.length === topic.numPartitions || undefined
    },
    { timeoutMs: LONGEST_WAIT_MS },
  )
}
