/** The relay's log: what happened to which event, and what to do about it, in as few lines as an outage allows. */
import { describeError, type Logger } from '@infinite-scribe/service-kit'
import type { RelayEvents } from './relay-events'
import { idsOf } from './row-ids'

/** The same trouble is told once in this time. */
const ONCE_EVERY_MS = 5000

/** Writes the relay's events to `log`. */
export function relayLog(log: Logger, monotonicMs: () => number): RelayEvents {
  const toldAt = new Map<string, number>()
  const onceACycle = (trouble: string): boolean => {
    const now = monotonicMs()
    if (now - (toldAt.get(trouble) ?? -Infinity) < ONCE_EVERY_MS) return false
    toldAt.set(trouble, now)
    return true
  }
  const debugging = log.isLevelEnabled('debug')
  return {
    claimed: (rows, tookMs) => log.debug('claimed', { rows: rows.length, took_ms: tookMs }),
    published: (attempted, tookMs) => {
      log.debug('published', { rows: attempted.length, took_ms: tookMs })
      const [first] = attempted.flatMap(({ attempt }) =>
        attempt.kind === 'unavailable' ? [attempt.fault] : [],
      )
      if (first && onceACycle('broker')) {
        log.warn('the broker could not take a batch: its rows keep their schedule and wait for the broker', {
          error_class: first.class,
          error: first.message,
        })
      }
    },
    settled: (batch, tookMs) => {
      log.debug('settled', { rows: batch.length, took_ms: tookMs })
      for (const { row, settlement } of batch) {
        if (settlement.kind !== 'retry' && settlement.kind !== 'failed') continue
        const isAlarm = settlement.kind === 'failed' && !settlement.willRetry
        if (!isAlarm && !debugging) continue
        const { error, attempts } = settlement
        const event = {
          ...idsOf(row),
          event_type: row.eventType,
          topic: row.topic,
          key: row.key,
          attempts,
          error_class: error.class,
          error_code: error.code,
          error: error.message,
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
    settleFailed: (error, rows) => {
      if (!onceACycle('settle')) return
      log.warn('published rows could not be settled: PostgreSQL is tried again', {
        rows,
        error: describeError(error),
      })
    },
    unsettleable: (row, error) =>
      log.error(
        'PostgreSQL refuses whatever is to be written of an event: it stays PENDING and is not looked at again; mend the row, then set parked = true',
        { ...idsOf(row), topic: row.topic, error: describeError(error) },
      ),
    notOurs: (rows) => {
      log.warn('rows were not settled: their lanes have another owner, or somebody else settled them', {
        rows,
      })
    },
    claimFailed: (error, waitMs) => {
      if (!onceACycle('claim')) return
      log.warn('the outbox could not be read: PostgreSQL is tried again', {
        retry_in_ms: waitMs,
        error: describeError(error),
      })
    },
    outboxRead: () => undefined,
    leaseTooShort: () => undefined,
    setBack: (rows) => log.info('events that an outage had failed are sent again', { rows }),
    listenerLost: (error, waitMs) => {
      if (!onceACycle('listener')) return
      log.warn('the wake-up connection to PostgreSQL is away: polling until it is back', {
        retry_in_ms: waitMs,
        error: describeError(error),
      })
    },
    wokenUp: () => undefined,
    deadLettered: (rows) =>
      log.info('the dead-letter topic got events that FAILED for their own fault', { rows }),
    deadLettersWait: (rows, problem) => {
      if (!onceACycle('dead letters')) return
      log.warn('the dead-letter topic does not take events: create it with message-relay topics --create', {
        rows,
        error: problem,
      })
    },
    removed: (rows) => log.debug('removed SENT rows', { rows }),
    upkeepFailed: (error) => {
      if (onceACycle('upkeep')) log.warn('upkeep failed: it is tried again', { error: describeError(error) })
    },
    lanesChanged: (change) => log.info('lanes changed hands', change),
    renewalFailed: (error) => {
      if (!onceACycle('renewal')) return
      log.warn('the lease could not be renewed: PostgreSQL is tried again', { error: describeError(error) })
    },
    circuit: (circuit, event) => {
      if (circuit.state === 'open') {
        // A failed probe says nothing that a batch has not said in the same cycle.
        if (event === 'changed') toldAt.set('broker', monotonicMs())
        else if (!onceACycle('broker')) return
        log.warn('the broker is away: nothing is claimed until it answers; nothing is to be done here', {
          circuit: circuit.state,
          reason: circuit.reason,
        })
      } else log.info('the broker answers', { circuit: circuit.state })
    },
  }
}
