/** The lines of the log about a broker or a topic that takes nothing: what it means for the events, and what to do. */
import { deadLetterTopicOf } from '../policy/dead-letter-name'
import { isAnswer } from '../policy/outcome'
import { deadLetterTroubleOf, troubleOf, type Trouble } from './broker-trouble'

const line = ({ what, remedy, runbook }: Trouble, meaning: string): string =>
  `${what}: ${meaning}; ${remedy} (runbook ${runbook})`

/** The circuit is open. */
export function circuitOpened(errorClass: string, eventsTopic: string): string {
  return line(
    troubleOf(errorClass, `the events topic ${eventsTopic}`),
    'nothing is claimed until that is over',
  )
}

/** A batch was not taken; the circuit may open for it. */
export function batchRefused(errorClass: string, topic: string): string {
  // The broker may be there, and one record keep it silent.
  if (!isAnswer({ class: errorClass })) {
    return 'the broker could not take a batch: its rows keep their schedule and wait for the broker'
  }
  return line(troubleOf(errorClass, `the topic ${topic}`), 'the rows of a batch keep their schedule and wait')
}

/** The dead-letter topic takes nothing, and the circuit is not open. */
export function deadLettersWait(errorClass: string, eventsTopic: string): string {
  const meaning = 'dead letters wait and are tried again'
  // The broker takes events, and one letter may keep it silent.
  if (!isAnswer({ class: errorClass })) {
    return `the broker could not take a dead letter: ${meaning} (runbook rows-failed)`
  }
  return line(
    deadLetterTroubleOf(errorClass, `the dead-letter topic ${deadLetterTopicOf(eventsTopic)}`),
    meaning,
  )
}
