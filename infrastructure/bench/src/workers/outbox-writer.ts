/** Commits one outbox row at each planned moment, and either wakes the relay or sends the record itself. */
import { randomUUID } from 'node:crypto'
import { WakeUp } from '@infinite-scribe/api-gateway/dist/commands/wake-up'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { Pool } from 'pg'
import { openLoop } from '../measure/load-loops'
import { KEYS } from '../seed/outbox'
import { runWorker } from './worker'

export interface OutboxWriterJob {
  readonly databaseUrl: string
  readonly brokers: readonly string[]
  readonly topic: string
  readonly perSecond: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** `wake`: after the commit, as the gateway does. `produce`: straight to Kafka after the commit. */
  readonly then: 'wake' | 'produce'
}

/** The moment of each commit in milliseconds of the machine's monotonic clock, by event id. */
export type Commits = readonly (readonly [eventId: string, committedAtMs: number])[]

const CONNECTIONS = 16

/** A clock that all processes of the machine share. */
const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6

runWorker<OutboxWriterJob>(async ({ job, ready, mark }) => {
  const pool = new Pool({ connectionString: job.databaseUrl, max: CONNECTIONS })
  const after = job.then === 'wake' ? waker(job) : await sender(job)
  const commits: [string, number][] = []
  let measuring = false
  await ready()
  const load = await openLoop(
    {
      ...job,
      mark: (moment) => {
        measuring = moment === 'begin'
        mark(moment)
      },
    },
    async (number) => {
      const eventId = randomUUID()
      const key = keyOf(number % KEYS)
      const { rows } = await pool.query<{ value: string }>({
        name: 'write',
        // What is produced straight after the commit are the bytes that the relay sends.
        text: 'INSERT INTO event_outbox (topic, key, payload) VALUES ($1, $2, $3) RETURNING payload::text AS value',
        values: [job.topic, key, envelope(eventId, key, number)],
      })
      if (measuring) commits.push([eventId, monotonicMs()])
      await after.committed(eventId, key, rows[0]?.value ?? '')
    },
  )
  await after.end()
  await pool.end()
  return { load, commits }
})

interface AfterCommit {
  committed(eventId: string, key: string, value: string): Promise<void>
  end(): Promise<void>
}

/** The gateway's own. */
function waker({ databaseUrl }: OutboxWriterJob): AfterCommit {
  const wakeUp = new WakeUp(databaseUrl, (error) => {
    throw error
  })
  return {
    committed: () => {
      wakeUp.eventsWritten()
      return Promise.resolve()
    },
    end: () => wakeUp.stop(),
  }
}

async function sender({ brokers, topic }: OutboxWriterJob): Promise<AfterCommit> {
  const kafka = new Kafka({ clientId: 'straight', brokers: [...brokers], logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  return {
    committed: async (eventId, key, value) => {
      const headers = { event_id: eventId, event_type: 'Genesis.Session.FeedbackSubmitted' }
      await producer.send({ topic, acks: -1, messages: [{ key, value, headers }] })
    },
    end: () => producer.disconnect(),
  }
}

/** As long as a session's id. */
const keyOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

function envelope(eventId: string, key: string, number: number): string {
  const timestamp = '2026-01-01T10:00:00Z'
  return JSON.stringify({
    event_id: eventId,
    correlation_id: eventId,
    causation_id: eventId,
    event_type: 'Genesis.Session.FeedbackSubmitted',
    event_version: 1,
    aggregate_type: 'GENESIS_SESSION',
    aggregate_id: key,
    aggregate_version: 1 + Math.floor(number / KEYS),
    payload: { session_id: key },
    metadata: { user_id: 'u', actor: 'u', timestamp },
    created_at: timestamp,
  })
}
