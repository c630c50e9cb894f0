/** The lines of the log about a broker or a topic that takes nothing: what it means for the events, and what to do. */
import { deadLetterTopicOf } from '../policy/dead-letter-name'
import { isAnswer } from '../policy/outcome'
import { troubleOf } from './broker-trouble'

/** The circuit is open. */
export function circuitOpened(errorClass: string, eventsTopic: string): string {
  const { what, remedy } = troubleOf(errorClass, `the events topic ${eventsTopic}`)
  return `${what}: nothing is claimed until that is over; ${remedy}`
}

/** A batch was not taken; the circuit may open for it. */
export function batchRefused(errorClass: string, topic: string): string {
  // The broker may be there, and one record keep it silent.
  if (!isAnswer({ class: errorClass })) {
    return 'the broker could not take a batch: its rows keep their schedule and wait for the broker'
  }
  const { what, remedy } = troubleOf(errorClass, `the topic ${topic}`)
  return `${what}: the rows of a batch keep their schedule and wait; ${remedy}`
}

/** The dead-letter topic takes nothing. */
export function deadLettersWait(errorClass: string, eventsTopic: string): string {
  const { what, remedy } = troubleOf(errorClass, `the dead-letter topic ${deadLetterTopicOf(eventsTopic)}`)
  return `${what}: dead letters wait and are tried again; ${remedy}`
}
