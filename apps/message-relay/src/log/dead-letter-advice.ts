/** What an operator is to do about a dead-letter topic that takes nothing. */

/** By the class of the fault. */
export function deadLetterAdvice(errorClass: string): string {
  switch (errorClass) {
    case 'unknown_topic':
      return 'the dead-letter topic does not exist: create it with message-relay topics --create'
    case 'topic_forbidden':
      return 'the relay may not write to the dead-letter topic: its letters wait until the ACL allows it'
    default:
      return 'the dead-letter topic does not take events: they are tried again'
  }
}
