/** What an operator is to do about a dead-letter topic that takes nothing. */

/** By the class that the problem begins with. */
export function deadLetterAdvice(problem: string): string {
  const [errorClass] = problem.split(':')
  switch (errorClass) {
    case 'unknown_topic':
      return 'the dead-letter topic does not exist: create it with message-relay topics --create'
    case 'topic_forbidden':
      return 'the relay may not write to the dead-letter topic: its letters wait until the ACL allows it'
    default:
      return 'the dead-letter topic does not take events: they are tried again'
  }
}
