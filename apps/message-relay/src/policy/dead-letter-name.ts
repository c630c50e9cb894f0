/** The name of the dead-letter topic. */
export const deadLetterTopicOf = (eventsTopic: string): string => `${eventsTopic}.dlq`
