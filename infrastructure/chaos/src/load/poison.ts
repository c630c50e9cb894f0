/** Rows of another service that cannot be sent: their own topic is missing, so each is tried four times and FAILED. */
import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'

/** Inserts `count` of them, each with a key of its own. */
export async function insertPoison(database: Client, topic: string, count: number): Promise<void> {
  const keys = Array.from({ length: count }, () => randomUUID())
  await database.query(
    `INSERT INTO event_outbox (topic, key, payload)
     SELECT $1, key, jsonb_build_object('event_id', key, 'event_type', 'Chaos.Poison.Created') FROM unnest($2::text[]) AS key`,
    [`${topic}.missing`, keys],
  )
}
