/** I4: an event is one thing: the same in the facts, in the outbox, and in every record that carries it. */
import { countOf, violationsOf, type Invariant } from './invariant'

export const sameIdSameBytes: Invariant = {
  id: 'I4',
  title: 'records with the same event_id have the same bytes, and they say what the fact says',
  async check(open) {
    const violations = await violationsOf(open, [
      [
        'two records of one event differ',
        `SELECT event_id, count(*)::integer AS records, array_agg(DISTINCT left(value, 200)) AS values
           FROM chaos_records WHERE event_id IS NOT NULL
          GROUP BY event_id HAVING count(DISTINCT value) > 1 OR count(DISTINCT key) > 1`,
      ],
      [
        'a record is not the text of its outbox row',
        `SELECT DISTINCT o.id AS outbox_id, r.event_id, r.partition, r."offset", left(r.value, 200) AS record,
                left(o.value, 200) AS row
           FROM chaos_records AS r JOIN chaos_outbox AS o USING (event_id)
          WHERE o.value IS NOT NULL AND (r.value <> o.value OR r.key <> o.key)`,
      ],
      [
        'an outbox row does not say what its fact says',
        `SELECT o.id AS outbox_id, o.event_id, left(o.value, 200) AS row, e.aggregate_version, e.event_type
           FROM domain_events AS e JOIN chaos_outbox AS o ON o.event_id = e.event_id::text
          WHERE o.value IS NOT NULL AND o.value::jsonb - 'created_at' IS DISTINCT FROM jsonb_build_object(
                'event_id', e.event_id, 'correlation_id', e.correlation_id, 'causation_id', e.causation_id,
                'event_type', e.event_type, 'event_version', e.event_version, 'aggregate_type', e.aggregate_type,
                'aggregate_id', e.aggregate_id, 'aggregate_version', e.aggregate_version, 'payload', e.payload,
                'metadata', e.metadata)`,
      ],
    ])
    return { judged: await countOf(open, 'SELECT count(*)::integer AS count FROM chaos_records'), violations }
  },
}
