/** The relay's metrics, named by the Prometheus conventions. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Circuit } from '../policy/circuit'
import type { RelayEvents } from '../relay-events'
import type { Backlog } from '../outbox/backlog'

const CIRCUIT_STATES: readonly Circuit['state'][] = ['closed', 'open', 'half_open']
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** From a wake-up that came at once to an outage of an hour. */
const WAIT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600]
const DATABASE_STEPS = ['claim', 'settle', 'renewal', 'upkeep'] as const

export interface Observed {
  /** Asked for each gauge at each scrape; undefined when it cannot be told. */
  readonly backlog: () => Promise<Backlog | undefined>
  /** Lanes under a lease that has not run out. */
  readonly lanesOwned: () => number
  /** The classes of faults that a row may have of its own: each is shown from the start. */
  readonly faultClasses: readonly string[]
}

/** Registers the metrics and returns the listener that feeds them. */
export function relayMetrics(
  registry: Registry,
  { backlog, lanesOwned, faultClasses }: Observed,
): RelayEvents {
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets = SECONDS) =>
    new Histogram({ name, help, buckets, registers })

  const claimed = counter('message_relay_claimed_rows_total', 'Rows claimed from the outbox.')
  const published = counter('message_relay_published_rows_total', 'Rows acknowledged by Kafka.')
  const failures = counter('message_relay_failed_rows_total', 'Rows that became FAILED.', [
    'class',
    'will_retry',
  ])
  // From zero: a counter that appears with its first failure has not risen, as Prometheus sees it.
  for (const faultClass of faultClasses) failures.inc({ class: faultClass, will_retry: 'false' }, 0)
  const retries = counter('message_relay_retries_total', 'Failed publishes that are tried again.', ['class'])
  const deadLetters = counter('message_relay_dead_letters_total', 'Rows the dead-letter topic has got.')
  const removed = counter('message_relay_removed_rows_total', 'SENT rows removed after their retention.')
  const setBack = counter('message_relay_set_back_rows_total', 'Rows of an outage that were sent again.')
  const notOurs = counter(
    'message_relay_fenced_rows_total',
    'Rows not settled: their lane had another owner.',
  )
  const unsettleable = counter(
    'message_relay_unsettleable_rows_total',
    'Rows that stay PENDING for good: PostgreSQL refuses whatever is to be written of them.',
  )
  const wakeUps = counter('message_relay_wake_ups_total', 'Signals of a commit that were heard.')
  const databaseErrors = counter(
    'message_relay_database_errors_total',
    'Times that PostgreSQL did not answer as it should, by what was being done.',
    ['step'],
  )
  for (const step of DATABASE_STEPS) databaseErrors.inc({ step }, 0)
  const failedStep = (step: (typeof DATABASE_STEPS)[number]) => () => databaseErrors.inc({ step })
  const waitSeconds = histogram(
    'message_relay_outbox_wait_seconds',
    'From the writing of a row to its acknowledgement by Kafka.',
    WAIT_SECONDS,
  )
  const claimSeconds = histogram('message_relay_claim_duration_seconds', 'Time of a claim that found rows.')
  const publishSeconds = histogram('message_relay_publish_duration_seconds', 'Time of a batch’s publish.')
  const settleSeconds = histogram('message_relay_settle_duration_seconds', 'Time of a batch’s settlement.')
  const circuitState = new Gauge({
    name: 'message_relay_circuit_state',
    help: '1 for the state that the circuit to the broker is in.',
    labelNames: ['state'],
    registers,
  })
  const openings = counter(
    'message_relay_circuit_openings_total',
    'Times that the circuit opened; trials that failed before it was closed again are not counted.',
  )
  let shown: Circuit['state'] = 'open'
  const showCircuit = (now: Circuit['state']): void => {
    if (shown === 'closed' && now === 'open') openings.inc()
    shown = now
    for (const state of CIRCUIT_STATES) circuitState.set({ state }, state === now ? 1 : 0)
  }
  showCircuit('open')
  new Gauge({
    name: 'message_relay_lanes_owned',
    help: 'Lanes of 64 that this relay owns under a lease that has not run out.',
    registers,
    collect() {
      this.set(lanesOwned())
    },
  })
  backlogGauges(registers, backlog)

  return {
    claimed: (rows, tookMs) => {
      claimed.inc(rows.length)
      claimSeconds.observe(tookMs / 1000)
    },
    published: (attempted, tookMs) => {
      const nowMs = Date.now()
      const sent = attempted.filter(({ attempt }) => attempt.kind === 'sent')
      for (const { row } of sent) waitSeconds.observe(Math.max(0, nowMs - row.writtenAtMs) / 1000)
      published.inc(sent.length)
      publishSeconds.observe(tookMs / 1000)
    },
    settled: (batch, tookMs) => {
      settleSeconds.observe(tookMs / 1000)
      for (const { settlement } of batch) {
        if (settlement.kind === 'retry') retries.inc({ class: settlement.error.class })
        if (settlement.kind === 'failed') {
          failures.inc({ class: settlement.error.class, will_retry: String(settlement.willRetry) })
        }
      }
    },
    circuit: ({ state }) => showCircuit(state),
    rests: () => undefined,
    notOurs: (rows) => notOurs.inc(rows),
    setBack: (rows) => setBack.inc(rows),
    deadLettered: (rows) => deadLetters.inc(rows),
    removed: (rows) => removed.inc(rows),
    wokenUp: () => wakeUps.inc(),
    claimFailed: failedStep('claim'),
    settleFailed: failedStep('settle'),
    unsettleable: () => unsettleable.inc(),
    readBegins: () => undefined,
    outboxRead: () => undefined,
    leaseTooShort: () => undefined,
    listenerLost: () => undefined,
    deadLettersWait: () => undefined,
    deadLetterRefused: () => undefined,
    upkeepFailed: failedStep('upkeep'),
    lanesChanged: () => undefined,
    renewed: () => undefined,
    renewalFailed: failedStep('renewal'),
  }
}

/** A gauge shows nothing while its figure cannot be told: what was seen last would pass for what is. */
function backlogGauges(registers: Registry[], backlog: Observed['backlog']): void {
  // Each collects for itself, as the text of one is made before another's has set it.
  const gauge = (name: string, help: string, figureOf: (figures: Backlog) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const figures = await backlog()
        if (figures) this.set(figureOf(figures))
        else this.remove()
      },
    })
  new Gauge({
    name: 'message_relay_backlog_readable',
    help: '1 when the latest look at the outbox was answered, 0 when it was not.',
    registers,
    async collect() {
      this.set((await backlog()) ? 1 : 0)
    },
  })
  gauge(
    'message_relay_pending_rows',
    'PENDING rows of this relay’s lanes; of those not parked, and of those parked, no more than 200,000 are counted.',
    ({ pending }) => pending,
  )
  gauge(
    'message_relay_parked_rows',
    'PENDING rows of this relay’s lanes that wait for a retry or behind another row.',
    ({ parked }) => parked,
  )
  gauge(
    'message_relay_blocking_rows',
    'FAILED rows of this relay’s lanes that hold the later rows of their key until somebody decides on them.',
    ({ blocking }) => blocking,
  )
  gauge(
    'message_relay_undecided_rows',
    'Rows of this relay’s lanes that FAILED for their own fault until somebody sends them again or drops them; no more than 10,000 are counted.',
    ({ undecided }) => undecided,
  )
  gauge(
    'message_relay_oldest_due_age_seconds',
    'How long the oldest row that may go has waited.',
    ({ oldestDueSeconds }) => oldestDueSeconds,
  )
}
