/** The relay's log: what happened to which event, and what to do about it, in as few lines as an outage allows. */
import { DatabaseOutage, describeError, type Logger } from '@infinite-scribe/service-kit'
import { batchRefused, circuitOpened, deadLettersWait } from './log/broker-advice'
import { Crowd } from './log/crowd'
import { isAway } from './log/is-away'
import { restAdvice } from './log/rest-advice'
import { cutText, rowDetails } from './log/row-details'
import { statementAdvice } from './log/statement-failed'
import { LONGEST_REST_MS } from './policy/backoff'
import { describeFault } from './policy/outcome'
import type { RelayEvents } from './relay-events'

/** The same trouble is told once in this time. */
const ONCE_EVERY_MS = 5000
/** Rows that FAILED with one class, one by one in a cycle; the others are counted. */
const FAILED_LINES = 3
/** Characters of an error’s message. */
const LONGEST_ERROR = 1000

/** Writes the relay's events to `log`. */
export function relayLog(log: Logger, monotonicMs: () => number, eventsTopic: string): RelayEvents {
  const toldAt = new Map<string, number>()
  const onceACycle = (trouble: string): boolean => {
    const now = monotonicMs()
    if (now - (toldAt.get(trouble) ?? -Infinity) < ONCE_EVERY_MS) return false
    toldAt.set(trouble, now)
    return true
  }
  const debugging = log.isLevelEnabled('debug')
  // These errors are expected: where they were thrown says nothing about an outage.
  const describe = (error: unknown): object => describeError(error, { stack: debugging })
  const database = new DatabaseOutage(log, monotonicMs, ONCE_EVERY_MS, 'relay-not-ready', describe)
  const databaseFailed = (step: string, what: string, error: unknown, details: object = {}): void => {
    if (isAway(error)) database.failed(step, what, error)
    else if (onceACycle(step))
      log.warn(`${what}: ${statementAdvice(error)}`, { ...details, error: describe(error) })
  }
  const failed = new Crowd(monotonicMs, ONCE_EVERY_MS, FAILED_LINES, (errorClass, { count, example }) =>
    log.error(
      `more events FAILED for their own fault; they are in message-relay list --failed --class ${errorClass}`,
      { rows: count, error_class: errorClass, outbox_id: example },
    ),
  )
  const letters = new Crowd(monotonicMs, ONCE_EVERY_MS, 1, (_kind, { count }) => tellLetters(count))
  const tellLetters = (rows: number): void =>
    void log.info('the dead-letter topic got events that FAILED for their own fault', { rows })
  let isCircuitOpen = false
  const answered = (): void => {
    database.answered()
    failed.flush()
    letters.flush()
  }
  return {
    claimed: (rows, tookMs) => log.debug('claimed', { rows: rows.length, took_ms: tookMs }),
    published: (attempted, tookMs) => {
      log.debug('published', { rows: attempted.length, took_ms: tookMs })
      const [first] = attempted.flatMap(({ row: { topic }, attempt }) =>
        attempt.kind === 'unavailable' ? [{ topic, fault: attempt.fault }] : [],
      )
      if (first && onceACycle('broker')) {
        const { topic, fault } = first
        log.warn(batchRefused(fault.class, topic), { error_class: fault.class, error: fault.message })
      }
    },
    settled: (batch, tookMs) => {
      log.debug('settled', { rows: batch.length, took_ms: tookMs })
      for (const { row, settlement } of batch) {
        if (settlement.kind !== 'retry' && settlement.kind !== 'failed') continue
        const isAlarm = settlement.kind === 'failed' && !settlement.willRetry
        const { error, attempts } = settlement
        if (isAlarm ? !failed.mayTell(error.class, 1, row.id) : !debugging) continue
        const event = {
          ...rowDetails(row),
          attempts,
          error_class: error.class,
          error_code: error.code,
          error: cutText(error.message, LONGEST_ERROR),
        }
        if (settlement.kind === 'retry') {
          log.debug('a publish failed and is tried again', { ...event, retry_in_ms: settlement.delayMs })
        } else if (settlement.willRetry) {
          log.debug('an outage failed an event: it is sent when the broker is back', event)
        } else {
          log.error(
            `an event FAILED for its own fault; after mending the cause: message-relay requeue ${row.id}, or give it up: message-relay drop ${row.id}`,
            { ...event, holds_key: settlement.holdsKey },
          )
        }
      }
    },
    rests: ({ row, restMs, resting }) => {
      // Before that it may be innocent, and there is nothing to do.
      if (restMs < LONGEST_REST_MS || !onceACycle('rests')) return
      log.warn(restAdvice(resting), {
        ...rowDetails(row),
        bytes: Buffer.byteLength(row.value),
        retry_in_ms: restMs,
        resting,
      })
    },
    settleFailed: (error, rows) =>
      databaseFailed('settle', 'published rows could not be settled', error, { rows }),
    unsettleable: (row, error) =>
      log.error(
        'PostgreSQL refuses whatever is to be written of an event: it stays PENDING and is not looked at again; mend the row, then set parked = true',
        { ...rowDetails(row), error: describeError(error) },
      ),
    notOurs: (rows) => {
      log.warn('rows were not settled: their lanes have another owner, or somebody else settled them', {
        rows,
      })
    },
    readBegins: () => undefined,
    outboxRead: answered,
    leaseTooShort: () => undefined,
    claimFailed: (error, waitMs) =>
      databaseFailed('claim', 'the outbox could not be read', error, { retry_in_ms: waitMs }),
    setBack: (rows) => log.info('events that an outage had failed are sent again', { rows }),
    listenerLost: (error, waitMs) =>
      databaseFailed('wake-up', 'no connection hears the signals of commits', error, {
        retry_in_ms: waitMs,
      }),
    wokenUp: answered,
    deadLettered: (rows) => {
      answered()
      if (letters.mayTell('dead letters', rows)) tellLetters(rows)
    },
    deadLettersWait: (rows, problem) => {
      // An outage is told by the circuit.
      if (isCircuitOpen || !onceACycle('dead letters')) return
      log.warn(deadLettersWait(problem.class, eventsTopic), { rows, error: describeFault(problem) })
    },
    deadLetterRefused: (letter, reason) => {
      if (!onceACycle('refused dead letters')) return
      log.warn(
        'the dead-letter topic refuses an event in whatever form: the others go out, and it is tried again; to give up its letter set dead_letter_due = false',
        { ...rowDetails(letter), error: reason },
      )
    },
    removed: (rows) => log.debug('removed SENT rows', { rows }),
    upkeepFailed: (error) => databaseFailed('upkeep', 'upkeep failed', error),
    lanesChanged: (change) => {
      answered()
      log.info('lanes changed hands', change)
    },
    renewed: () => undefined,
    renewalFailed: (error) => databaseFailed('renewal', 'the lease could not be renewed', error),
    circuit: (circuit, event) => {
      isCircuitOpen = circuit.state === 'open'
      if (circuit.state !== 'open') {
        log.info('the broker answers', { circuit: circuit.state })
      } else if (circuit.fault) {
        // A failed probe says nothing that a batch has not said in the same cycle.
        if (event === 'changed') toldAt.set('broker', monotonicMs())
        else if (!onceACycle('broker')) return
        log.warn(circuitOpened(circuit.fault.class, eventsTopic), {
          circuit: circuit.state,
          reason: describeFault(circuit.fault),
        })
      }
    },
  }
}
