-- What an upgrade does to the indexes of a table that others write, before 20-migration-event-sourcing.sql, which would
-- do it too but with every writer waiting. Each query answers with the statement that is still needed, or with none: psql
-- runs the answer, and so does `npm run db:migrate`, of which one runs at a time.
--
-- CONCURRENTLY cannot stand in a transaction. Nobody waits for it; it waits for every transaction of this database that
-- was open when it began, so one that is forgotten holds it up: pg_stat_progress_create_index says how far it is.

-- What a build that was broken off has left is of no use to anybody; one that goes on looks the same but for its progress.
SELECT 'DROP INDEX CONCURRENTLY ' || indexrelid::regclass
  FROM pg_index
 WHERE indexrelid IN (to_regclass('event_outbox_parked_hash'), to_regclass('event_outbox_undecided')) AND NOT indisvalid
   AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index
                    WHERE datname = current_database() AND index_relid = indexrelid)
\gexec

SELECT 'CREATE INDEX CONCURRENTLY event_outbox_parked_hash ON event_outbox (lane, hashtextextended(key, 0), seq) WHERE parked'
 WHERE to_regclass('event_outbox') IS NOT NULL AND to_regclass('event_outbox_parked_hash') IS NULL
\gexec

-- A table that has no failed_at yet (before 2026-11-23, never released) gets this index from 20-migration-event-sourcing.sql,
-- with the column, while everybody waits; where somebody adds the column before, it gets it here.
SELECT 'CREATE INDEX CONCURRENTLY event_outbox_undecided ON event_outbox (lane) WHERE failed_at IS NOT NULL AND NOT will_retry AND dropped_at IS NULL'
 WHERE EXISTS (SELECT FROM pg_attribute
                WHERE attrelid = to_regclass('event_outbox') AND attname = 'failed_at' AND NOT attisdropped)
   AND to_regclass('event_outbox_undecided') IS NULL
\gexec

-- The predecessor of event_outbox_parked_hash named the key itself, and a row with a long key could not be parked.
SELECT 'DROP INDEX CONCURRENTLY event_outbox_parked'
  FROM pg_index
 WHERE indexrelid = to_regclass('event_outbox_parked_hash') AND indisvalid
   AND to_regclass('event_outbox_parked') IS NOT NULL
\gexec
