/** Topics as a person reads them. */
import type { TopicReport } from './topics'

export function describeTopics(topics: readonly TopicReport[]): string {
  return topics
    .map(
      ({ topic, created, partitions }) =>
        `${topic}: ${created ? 'created' : 'exists'}, ${partitions} partitions`,
    )
    .join('\n')
}
