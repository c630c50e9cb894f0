/** `status`: what waits, what failed, and who relays. */
import type { OperatorDatabase } from './operator-database'

export interface OutboxStatusReport {
  pending: number
  /** Of the pending: waiting for a retry, or behind another row of their key. */
  parked: number
  failed: number
  /** Of the failed: an outage did it, and the relay sends them again by itself. */
  failed_will_retry: number
  dropped: number
  sent: number
  oldest_pending_seconds: number
  failed_by_class: Record<string, number>
  relays: { name: string; lanes: number; alive: boolean }[]
  lanes_without_owner: number
}

type Counts = Omit<OutboxStatusReport, 'failed_by_class' | 'relays' | 'lanes_without_owner'>

/** @throws what the database throws */
export async function readStatus(database: OperatorDatabase): Promise<OutboxStatusReport> {
  const [counts] = await database.query<Counts>(
    `SELECT count(*) FILTER (WHERE status = 'PENDING')::integer AS pending,
            count(*) FILTER (WHERE status = 'PENDING' AND parked)::integer AS parked,
            count(*) FILTER (WHERE status = 'FAILED' AND dropped_at IS NULL)::integer AS failed,
            count(*) FILTER (WHERE status = 'FAILED' AND dropped_at IS NULL AND will_retry)::integer AS failed_will_retry,
            count(*) FILTER (WHERE dropped_at IS NOT NULL)::integer AS dropped,
            count(*) FILTER (WHERE status = 'SENT')::integer AS sent,
            coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'PENDING')), 0)::float8
              AS oldest_pending_seconds
       FROM event_outbox`,
  )
  const classes = await database.query<{ class: string; count: number }>(
    `SELECT coalesce(last_error ->> 'class', 'unknown') AS class, count(*)::integer AS count
       FROM event_outbox WHERE status = 'FAILED' AND dropped_at IS NULL GROUP BY 1 ORDER BY 2 DESC`,
  )
  const relays = await database.query<{ name: string; lanes: number; alive: boolean }>(
    `SELECT r.name, count(l.lane)::integer AS lanes, r.lease_until > now() AS alive
       FROM outbox_relays AS r LEFT JOIN outbox_lanes AS l ON l.owner = r.id AND l.lease_until > now()
      GROUP BY r.id ORDER BY r.started_at`,
  )
  const [free] = await database.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM outbox_lanes WHERE owner IS NULL OR lease_until <= now()',
  )
  return {
    pending: counts?.pending ?? 0,
    parked: counts?.parked ?? 0,
    failed: counts?.failed ?? 0,
    failed_will_retry: counts?.failed_will_retry ?? 0,
    dropped: counts?.dropped ?? 0,
    sent: counts?.sent ?? 0,
    oldest_pending_seconds: counts?.oldest_pending_seconds ?? 0,
    failed_by_class: Object.fromEntries(classes.map(({ class: name, count }) => [name, count])),
    relays,
    lanes_without_owner: free?.count ?? 0,
  }
}
