/** Many numbered rows for a relay to drain, and what must be true of the topic when it has. */
import { readTopicToEnd } from '@infinite-scribe/testing'
import type { Pool, PoolClient } from 'pg'

/** Inserts `rows` rows, numbered from 1 in the order of each of `keys` keys. */
export async function insertNumbered(
  pool: Pool | PoolClient,
  topic: string,
  rows: number,
  keys: number,
): Promise<void> {
  await pool.query(
    `INSERT INTO event_outbox (topic, key, payload)
     SELECT $1, 'k' || n % $3::int,
            jsonb_build_object('event_id', gen_random_uuid(), 'n', n, 'text', repeat('words and more words ', 20))
       FROM generate_series(1, $2::int) AS n ORDER BY n`,
    [topic, rows, keys],
  )
}

/** Every row is on the topic, in the order of its key; returns how many records repeat another, byte for byte. */
export async function expectDrained(topic: string, rows: number): Promise<{ repeats: number }> {
  const values = new Map<number, string>()
  const last = new Map<string, number>()
  let repeats = 0
  for (const { key, value } of await readTopicToEnd(topic)) {
    const { n } = JSON.parse(value!) as { n: number }
    const before = values.get(n)
    if (before === undefined) {
      if (n <= (last.get(key!) ?? 0)) throw new Error(`${n} first appeared after ${last.get(key!)} of ${key}`)
      values.set(n, value!)
      last.set(key!, n)
    } else {
      if (value !== before) throw new Error(`${n} was repeated with other bytes`)
      repeats += 1
    }
  }
  if (values.size !== rows) throw new Error(`${rows} rows, of which ${values.size} are on the topic`)
  return { repeats }
}
