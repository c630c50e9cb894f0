/** What the relay's tests share: a relay in process, rows to relay, and looks at the outbox. */
import { randomUUID } from 'node:crypto'
import { createLogger } from '@infinite-scribe/service-kit'
import type { EventOutboxRow } from '@infinite-scribe/shared-types'
import { testBrokers } from '@infinite-scribe/testing'
import type { ISocketFactory } from 'kafkajs'
import type { Pool, PoolClient } from 'pg'
import { readConfiguration } from './config'
import { startRelayService, type RelayService } from './service'

/** The environment of a relay for `databaseUrl` and `eventsTopic`. */
export function relayEnvironment(
  databaseUrl: string,
  eventsTopic: string,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    SERVICE_TYPE: 'message-relay',
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: testBrokers().join(','),
    EVENTS_TOPIC: eventsTopic,
    RELAY_HTTP_PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'error',
    ...more,
  }
}

/** Starts a relay in this process; `socketFactory` leads its connections to the broker elsewhere. */
export function startTestRelay(
  environment: Record<string, string>,
  socketFactory?: ISocketFactory,
): Promise<RelayService> {
  const read = readConfiguration(environment)
  const configuration = socketFactory ? { ...read, kafka: { ...read.kafka, socketFactory } } : read
  const log = createLogger('message-relay', configuration.logLevel)
  if (!process.env.TEST_LOG_LEVEL) log.silent = true
  return startRelayService(configuration, 'test', log)
}

/** An envelope that is good enough for the relay. */
export function envelope(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event_id: randomUUID(),
    event_type: 'Genesis.Session.FeedbackSubmitted',
    payload: { feedback: '好的开始' },
    ...more,
  }
}

export interface NewRow {
  topic: string
  key: string
  payload: unknown
}

/** Inserts rows with the columns that the contract names, in one statement; their ids in order. */
export async function insertRows(pool: Pool | PoolClient, rows: readonly NewRow[]): Promise<string[]> {
  const ids = rows.map(() => randomUUID())
  await pool.query(
    `INSERT INTO event_outbox (id, topic, key, payload, status)
     SELECT id, topic, key, payload::jsonb, 'PENDING'
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS r (id, topic, key, payload, n)
      ORDER BY n`,
    [
      ids,
      rows.map(({ topic }) => topic),
      rows.map(({ key }) => key),
      rows.map(({ payload }) => JSON.stringify(payload)),
    ],
  )
  return ids
}

export async function wakeRelays(pool: Pool): Promise<void> {
  await pool.query('NOTIFY event_outbox')
}

/** How many rows have each status. */
export async function countByStatus(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ status: string; count: number }>(
    'SELECT status, count(*)::integer AS count FROM event_outbox GROUP BY status',
  )
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
}

export async function outboxRow(pool: Pool, id: string): Promise<EventOutboxRow> {
  const { rows } = await pool.query<EventOutboxRow>('SELECT * FROM event_outbox WHERE id = $1', [id])
  return rows[0]!
}
