-- The one source of truth for the schema: run by the PostgreSQL container at its first start, by the tests
-- and by `npm run db:migrate`. It applies to an empty database and, run again, upgrades a live one: every
-- step is additive and asks first whether it is needed, so a second run takes no lock that stops a writer.
BEGIN;

SET LOCAL client_min_messages = warning;
-- One migration at a time for each database; the number is arbitrary but must never change.
DO $lock$ BEGIN PERFORM pg_advisory_xact_lock(7305802271); END $lock$;
-- A step that waits for a lock makes every later writer of its table wait behind it: rather give up and be run again.
SET LOCAL lock_timeout = '5s';

-- ---------------------------------------------------------------------------------------------------------
-- genesis_sessions: the aggregate. Every write to a session updates this row, so the session's writers
-- serialise here and the session's events form one chain.
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE IF NOT EXISTS genesis_sessions (
  id              uuid        NOT NULL DEFAULT gen_random_uuid(),
  novel_id        uuid,
  user_id         text        NOT NULL,
  status          text        NOT NULL DEFAULT 'IN_PROGRESS',
  current_stage   text        NOT NULL DEFAULT 'CONCEPT_SELECTION',
  confirmed_data  jsonb       NOT NULL DEFAULT '{}',
  version         integer     NOT NULL DEFAULT 0,
  last_event_id   uuid,
  idempotency_key text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT genesis_sessions_pkey PRIMARY KEY (id),
  CONSTRAINT genesis_sessions_status_check CHECK (status IN ('IN_PROGRESS', 'COMPLETED', 'ABANDONED')),
  CONSTRAINT genesis_sessions_stage_check CHECK (current_stage IN
    ('CONCEPT_SELECTION', 'STORY_CONCEPTION', 'WORLDVIEW', 'CHARACTERS', 'PLOT_OUTLINE', 'FINISHED')),
  CONSTRAINT genesis_sessions_version_check CHECK (version >= 0),
  CONSTRAINT genesis_sessions_confirmed_data_check CHECK (jsonb_typeof(confirmed_data) = 'object')
) WITH (fillfactor = 80); -- room on the page for the next version of the row: an update touches no index

-- ---------------------------------------------------------------------------------------------------------
-- command_inbox: one row for each accepted command; its unique indexes decide what is a duplicate.
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE IF NOT EXISTS command_inbox (
  id              uuid        NOT NULL DEFAULT gen_random_uuid(),
  session_id      uuid        NOT NULL,
  command_type    text        NOT NULL,
  idempotency_key text        NOT NULL,
  payload         jsonb       NOT NULL DEFAULT '{}',
  status          text        NOT NULL DEFAULT 'RECEIVED',
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT command_inbox_pkey PRIMARY KEY (id),
  CONSTRAINT command_inbox_session_fkey FOREIGN KEY (session_id) REFERENCES genesis_sessions (id),
  CONSTRAINT command_inbox_status_check CHECK (status IN ('RECEIVED', 'PROCESSING', 'COMPLETED', 'FAILED'))
);

-- ---------------------------------------------------------------------------------------------------------
-- async_tasks: the work that an asynchronous command asked for, reported on by an agent.
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE IF NOT EXISTS async_tasks (
  id                      uuid          NOT NULL DEFAULT gen_random_uuid(),
  task_type               text          NOT NULL,
  triggered_by_command_id uuid          NOT NULL,
  session_id              uuid          NOT NULL,
  request_event_id        uuid          NOT NULL,
  status                  text          NOT NULL DEFAULT 'PENDING',
  progress                numeric(5, 2) NOT NULL DEFAULT 0,
  message                 text,
  input_data              jsonb         NOT NULL DEFAULT '{}',
  result_data             jsonb,
  error_data              jsonb,
  created_at              timestamptz   NOT NULL DEFAULT now(),
  updated_at              timestamptz   NOT NULL DEFAULT now(),
  CONSTRAINT async_tasks_pkey PRIMARY KEY (id),
  CONSTRAINT async_tasks_command_fkey FOREIGN KEY (triggered_by_command_id) REFERENCES command_inbox (id),
  CONSTRAINT async_tasks_session_fkey FOREIGN KEY (session_id) REFERENCES genesis_sessions (id),
  -- The gateway's commands know which types there are: a new one needs no change here.
  CONSTRAINT async_tasks_type_check CHECK (task_type ~ '^genesis\.[a-z]+(_[a-z]+)*$'),
  CONSTRAINT async_tasks_status_check CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  CONSTRAINT async_tasks_progress_check CHECK (progress BETWEEN 0 AND 100)
);

-- ---------------------------------------------------------------------------------------------------------
-- domain_events: the immutable facts.
-- ---------------------------------------------------------------------------------------------------------
CREATE SEQUENCE IF NOT EXISTS domain_events_id_seq AS bigint CACHE 1;

CREATE TABLE IF NOT EXISTS domain_events (
  -- The CASE makes the transaction take its id before it takes a number: see event_outbox.seq. The event
  -- stream finds by it how far back a late commit may lie.
  id                bigint      NOT NULL DEFAULT
                      (CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('domain_events_id_seq') END),
  event_id          uuid        NOT NULL,
  correlation_id    uuid        NOT NULL,
  causation_id      uuid,
  event_type        text        NOT NULL,
  event_version     integer     NOT NULL DEFAULT 1,
  aggregate_type    text        NOT NULL,
  aggregate_id      text        NOT NULL,
  aggregate_version integer     NOT NULL,
  payload           jsonb       NOT NULL,
  metadata          jsonb       NOT NULL DEFAULT '{}',
  created_at        timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT domain_events_pkey PRIMARY KEY (id),
  CONSTRAINT domain_events_event_id_unique UNIQUE (event_id),
  CONSTRAINT domain_events_aggregate_version_unique UNIQUE (aggregate_id, aggregate_type, aggregate_version),
  CONSTRAINT domain_events_event_version_check CHECK (event_version >= 1),
  CONSTRAINT domain_events_aggregate_version_check CHECK (aggregate_version >= 1)
);

-- ---------------------------------------------------------------------------------------------------------
-- event_outbox: what is to reach Kafka. Other services insert here too, with topic, key and payload alone.
-- ---------------------------------------------------------------------------------------------------------
CREATE SEQUENCE IF NOT EXISTS event_outbox_seq AS bigint CACHE 1;

CREATE TABLE IF NOT EXISTS event_outbox (
  id              uuid        NOT NULL DEFAULT gen_random_uuid(),
  topic           text        NOT NULL,
  key             text        NOT NULL,
  payload         jsonb       NOT NULL,
  status          text        NOT NULL DEFAULT 'PENDING',
  created_at      timestamptz NOT NULL DEFAULT now(),
  -- The CASE makes the transaction take its id before it takes a number. So whoever has seen number n in a
  -- snapshot knows that a smaller number still to appear belongs to a transaction that snapshot saw running.
  seq             bigint      NOT NULL DEFAULT
                    (CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('event_outbox_seq') END),
  lane            smallint    NOT NULL GENERATED ALWAYS AS ((hashtext(key) & 63)::smallint) STORED,
  parked          boolean     NOT NULL DEFAULT false,
  attempts        smallint    NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  last_error      jsonb,
  will_retry      boolean     NOT NULL DEFAULT false,
  dropped_at      timestamptz,
  sent_at         timestamptz,
  kafka_partition integer,
  kafka_offset    bigint,
  traceparent     text,
  CONSTRAINT event_outbox_pkey PRIMARY KEY (id),
  CONSTRAINT event_outbox_status_check CHECK (status IN ('PENDING', 'SENT', 'FAILED')),
  CONSTRAINT event_outbox_attempts_check CHECK (attempts >= 0)
) WITH (
  -- Half of every page stays free, so that settling a row rewrites it on its page and touches no index (HOT).
  -- No index may therefore name status: the relay reads (lane, seq) from a cursor instead.
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_insert_scale_factor = 0.05
);
-- Asked for first: ALTER SEQUENCE waits for every transaction that took a number, and whoever wants one waits behind it.
DO $owned$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_depend
                  WHERE classid = 'pg_class'::regclass AND objid = to_regclass('event_outbox_seq')
                    AND refclassid = 'pg_class'::regclass AND refobjid = to_regclass('event_outbox')
                    AND deptype = 'a') THEN
    ALTER SEQUENCE event_outbox_seq OWNED BY event_outbox.seq;
  END IF;
END $owned$;

-- What a receipt says of a delivery, kept when the outbox row is cleaned away.
CREATE TABLE IF NOT EXISTS outbox_deliveries (
  outbox_id       uuid        NOT NULL,
  event_id        uuid,
  topic           text        NOT NULL,
  kafka_partition integer,
  kafka_offset    bigint,
  attempts        smallint    NOT NULL,
  sent_at         timestamptz,
  CONSTRAINT outbox_deliveries_pkey PRIMARY KEY (outbox_id)
);

-- Who relays which lane. A lane's token rises with every owner and fences the settling of the last one.
CREATE TABLE IF NOT EXISTS outbox_relays (
  id          uuid        NOT NULL,
  name        text        NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz NOT NULL,
  CONSTRAINT outbox_relays_pkey PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS outbox_lanes (
  lane        smallint    NOT NULL,
  owner       uuid,
  token       bigint      NOT NULL DEFAULT 0,
  lease_until timestamptz,
  low_water   bigint      NOT NULL DEFAULT 0,
  CONSTRAINT outbox_lanes_pkey PRIMARY KEY (lane),
  CONSTRAINT outbox_lanes_lane_check CHECK (lane BETWEEN 0 AND 63)
) WITH (fillfactor = 20); -- renewed every few seconds for ever: keep the versions on their page
-- Asked for first: ON CONFLICT waits for whoever is renewing the lane.
INSERT INTO outbox_lanes (lane)
SELECT lane FROM generate_series(0, 63) AS wanted (lane)
 WHERE NOT EXISTS (SELECT FROM outbox_lanes WHERE outbox_lanes.lane = wanted.lane)
ON CONFLICT DO NOTHING;

-- Columns that event_outbox gained; asked for first, for ADD COLUMN IF NOT EXISTS locks out writers before it looks.
DO $columns$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute
                  WHERE attrelid = to_regclass('event_outbox') AND attname = 'dead_letter_due' AND NOT attisdropped) THEN
    ALTER TABLE event_outbox ADD COLUMN dead_letter_due boolean NOT NULL DEFAULT false;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_attribute
                  WHERE attrelid = to_regclass('event_outbox') AND attname = 'requeued_at' AND NOT attisdropped) THEN
    ALTER TABLE event_outbox ADD COLUMN requeued_at timestamptz;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_attribute
                  WHERE attrelid = to_regclass('event_outbox') AND attname = 'failed_at' AND NOT attisdropped) THEN
    ALTER TABLE event_outbox ADD COLUMN failed_at timestamptz;
  END IF;
END $columns$;

-- Every change that an operator's command made.
CREATE TABLE IF NOT EXISTS outbox_audit (
  id      bigint      GENERATED ALWAYS AS IDENTITY,
  at      timestamptz NOT NULL DEFAULT now(),
  who     text        NOT NULL,
  action  text        NOT NULL,
  rows    integer     NOT NULL,
  details jsonb       NOT NULL DEFAULT '{}',
  CONSTRAINT outbox_audit_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_audit_rows_check CHECK (rows >= 0)
);

-- ---------------------------------------------------------------------------------------------------------
-- flow_resume_handles: schema only; the workflow services use it.
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE IF NOT EXISTS flow_resume_handles (
  id             uuid        NOT NULL DEFAULT gen_random_uuid(),
  correlation_id text        NOT NULL,
  resume_handle  jsonb       NOT NULL,
  status         text        NOT NULL DEFAULT 'PENDING_PAUSE',
  resume_payload jsonb,
  expires_at     timestamptz,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT flow_resume_handles_pkey PRIMARY KEY (id),
  CONSTRAINT flow_resume_handles_status_check CHECK (status IN ('PENDING_PAUSE', 'PAUSED', 'RESUMED', 'EXPIRED'))
);

-- ---------------------------------------------------------------------------------------------------------
-- stream_tickets: what opens one event stream in place of a token.
-- ---------------------------------------------------------------------------------------------------------
CREATE TABLE IF NOT EXISTS stream_tickets (
  hash             bytea       NOT NULL,
  user_id          text        NOT NULL,
  token_expires_at timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT stream_tickets_pkey PRIMARY KEY (hash),
  CONSTRAINT stream_tickets_hash_check CHECK (octet_length(hash) = 32)
);

-- ---------------------------------------------------------------------------------------------------------
-- Indexes. CREATE INDEX IF NOT EXISTS locks out writers before it looks, so each is asked for by name first.
-- ---------------------------------------------------------------------------------------------------------
DO $indexes$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      -- The list of a user's sessions, newest first.
      ('genesis_sessions_of_user',
       'CREATE INDEX genesis_sessions_of_user ON genesis_sessions (user_id, created_at DESC, id DESC)'),
      -- A second click on "new session" finds the first.
      ('genesis_sessions_idempotency_key_unique',
       'CREATE UNIQUE INDEX genesis_sessions_idempotency_key_unique ON genesis_sessions (user_id, idempotency_key)
          WHERE idempotency_key IS NOT NULL'),
      ('idx_command_inbox_unique_pending_command',
       'CREATE UNIQUE INDEX idx_command_inbox_unique_pending_command ON command_inbox (session_id, command_type)
          WHERE status IN (''RECEIVED'', ''PROCESSING'')'),
      ('idx_command_inbox_unique_idempotency_key',
       'CREATE UNIQUE INDEX idx_command_inbox_unique_idempotency_key ON command_inbox (session_id, idempotency_key)'),
      ('async_tasks_of_command',
       'CREATE INDEX async_tasks_of_command ON async_tasks (triggered_by_command_id)'),
      ('async_tasks_of_session',
       'CREATE INDEX async_tasks_of_session ON async_tasks (session_id, updated_at DESC)'),
      -- What may time out.
      ('async_tasks_open',
       'CREATE INDEX async_tasks_open ON async_tasks (updated_at) WHERE status IN (''PENDING'', ''RUNNING'')'),
      -- A command''s events, for its receipt.
      ('domain_events_of_correlation',
       'CREATE INDEX domain_events_of_correlation ON domain_events (correlation_id)'),
      -- The relay''s cursor.
      ('event_outbox_lane_seq',
       'CREATE INDEX event_outbox_lane_seq ON event_outbox (lane, seq)'),
      -- The keys that wait, and their rows in order; by a hash, for a key may be longer than an index entry can be.
      -- Where there are rows already, 10-indexes-of-a-live-database.sql has built it: here every writer would wait.
      ('event_outbox_parked_hash',
       'CREATE INDEX event_outbox_parked_hash ON event_outbox (lane, hashtextextended(key, 0), seq) WHERE parked'),
      -- Those that expired, for their removal.
      ('stream_tickets_expiry',
       'CREATE INDEX stream_tickets_expiry ON stream_tickets (expires_at)'),
      -- What the dead-letter topic has yet to get.
      ('event_outbox_dead_letter_due',
       'CREATE INDEX event_outbox_dead_letter_due ON event_outbox (lane, seq) WHERE dead_letter_due'),
      -- What FAILED for its own fault and waits for somebody's decision, to be counted at every scrape. By failed_at, for no
      -- index may name status. Where there are rows already, 10-indexes-of-a-live-database.sql has built it too, unless
      -- the table had no failed_at (before 2026-11-23, never released): then it is built here, and everybody waits.
      ('event_outbox_undecided',
       'CREATE INDEX event_outbox_undecided ON event_outbox (lane)
          WHERE failed_at IS NOT NULL AND NOT will_retry AND dropped_at IS NULL'),
      ('flow_resume_handles_active_correlation_unique',
       'CREATE UNIQUE INDEX flow_resume_handles_active_correlation_unique ON flow_resume_handles (correlation_id)
          WHERE status IN (''PENDING_PAUSE'', ''PAUSED'')')
    ) AS t (name, ddl)
  LOOP
    IF to_regclass(wanted.name) IS NULL THEN
      EXECUTE wanted.ddl;
    END IF;
  END LOOP;
END
$indexes$;

-- ---------------------------------------------------------------------------------------------------------
-- Functions and triggers.
-- ---------------------------------------------------------------------------------------------------------
CREATE OR REPLACE FUNCTION refuse_change_of_domain_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'domain_events is immutable: % refused', TG_OP
    USING ERRCODE = 'restrict_violation',
          HINT = 'A fact is corrected by a later fact: append an event.';
END
$$;

-- Plain SQL may set a row back to PENDING. The relay's cursor has passed it, so it is parked, where the
-- relay looks at every poll, and it gets its four tries again.
CREATE OR REPLACE FUNCTION park_outbox_row_set_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.parked := true;
  -- What an outage failed held its key, so it does not come late; anything else may.
  IF NOT OLD.will_retry THEN
    NEW.requeued_at := clock_timestamp();
  END IF;
  NEW.attempts := 0;
  NEW.next_attempt_at := NULL;
  NEW.will_retry := false;
  NEW.dropped_at := NULL;
  NEW.failed_at := NULL;
  NEW.sent_at := NULL;
  NEW.kafka_partition := NULL;
  NEW.kafka_offset := NULL;
  RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION keep_outbox_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_deliveries (outbox_id, event_id, topic, kafka_partition, kafka_offset, attempts, sent_at)
  SELECT id,
         CASE WHEN pg_input_is_valid(payload ->> 'event_id', 'uuid') THEN (payload ->> 'event_id')::uuid END,
         topic, kafka_partition, kafka_offset, attempts, sent_at
    FROM gone
   WHERE status = 'SENT'
  ON CONFLICT (outbox_id) DO NOTHING;
  RETURN NULL;
END
$$;

DO $triggers$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      ('domain_events_immutable', 'domain_events',
       'CREATE TRIGGER domain_events_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON domain_events
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_domain_events()',
       -- ALWAYS: session_replication_role = replica must not open a side door.
       'ALTER TABLE domain_events ENABLE ALWAYS TRIGGER domain_events_immutable'),
      ('event_outbox_set_back', 'event_outbox',
       'CREATE TRIGGER event_outbox_set_back BEFORE UPDATE OF status ON event_outbox FOR EACH ROW
          WHEN (NEW.status = ''PENDING'' AND OLD.status <> ''PENDING'')
          EXECUTE FUNCTION park_outbox_row_set_back()',
       'ALTER TABLE event_outbox ENABLE ALWAYS TRIGGER event_outbox_set_back'),
      ('event_outbox_delivery_kept', 'event_outbox',
       'CREATE TRIGGER event_outbox_delivery_kept AFTER DELETE ON event_outbox
          REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_outbox_delivery()',
       'ALTER TABLE event_outbox ENABLE ALWAYS TRIGGER event_outbox_delivery_kept')
    ) AS t (name, on_table, ddl, always)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_trigger
                    WHERE tgname = wanted.name AND tgrelid = to_regclass(wanted.on_table)) THEN
      EXECUTE wanted.ddl;
      EXECUTE wanted.always;
    END IF;
  END LOOP;
END
$triggers$;

-- ---------------------------------------------------------------------------------------------------------
-- Comments.
-- ---------------------------------------------------------------------------------------------------------
COMMENT ON TABLE genesis_sessions IS 'One row for each novel in the making: the aggregate that commands change.';
COMMENT ON COLUMN genesis_sessions.id IS 'The session; aggregate_id of its events and key of its outbox rows.';
COMMENT ON COLUMN genesis_sessions.novel_id IS 'The novel that came of it; set by another service.';
COMMENT ON COLUMN genesis_sessions.user_id IS 'The owner: the sub of the token that opened the session.';
COMMENT ON COLUMN genesis_sessions.status IS 'IN_PROGRESS, COMPLETED, or ABANDONED (set by another service).';
COMMENT ON COLUMN genesis_sessions.current_stage IS 'The stage that the next ConfirmStage confirms; FINISHED at the end.';
COMMENT ON COLUMN genesis_sessions.confirmed_data IS 'What each confirmed stage was confirmed with, by stage.';
COMMENT ON COLUMN genesis_sessions.version IS 'aggregate_version of the last event; the fence of every write.';
COMMENT ON COLUMN genesis_sessions.last_event_id IS 'The last event: causation_id of the next.';
COMMENT ON COLUMN genesis_sessions.idempotency_key IS 'Idempotency-Key of the request that opened the session, unique for its user.';
COMMENT ON COLUMN genesis_sessions.created_at IS 'When the session was opened.';
COMMENT ON COLUMN genesis_sessions.updated_at IS 'When the session last changed.';

COMMENT ON TABLE command_inbox IS 'Every accepted command. A refused command leaves no row.';
COMMENT ON COLUMN command_inbox.id IS 'command_id of the answer; correlation_id of all its events.';
COMMENT ON COLUMN command_inbox.session_id IS 'The session it was sent to.';
COMMENT ON COLUMN command_inbox.command_type IS 'Which command; the catalog in the gateway knows them.';
COMMENT ON COLUMN command_inbox.idempotency_key IS 'Idempotency-Key of the request, or the command''s own id; unique in its session.';
COMMENT ON COLUMN command_inbox.payload IS 'The request''s payload; an absent one is {}.';
COMMENT ON COLUMN command_inbox.status IS 'RECEIVED, PROCESSING (its task runs), COMPLETED or FAILED.';
COMMENT ON COLUMN command_inbox.created_at IS 'When it was accepted.';
COMMENT ON COLUMN command_inbox.updated_at IS 'When its status last changed.';

COMMENT ON TABLE async_tasks IS 'The work an asynchronous command asked for; its end ends the command.';
COMMENT ON COLUMN async_tasks.id IS 'task_id of the answer, and metadata.task_id of the events.';
COMMENT ON COLUMN async_tasks.task_type IS 'What is to be done: genesis.concept_generation, or what another asynchronous command asks for.';
COMMENT ON COLUMN async_tasks.triggered_by_command_id IS 'The command that asked for it.';
COMMENT ON COLUMN async_tasks.session_id IS 'The session of that command.';
COMMENT ON COLUMN async_tasks.request_event_id IS 'The event that told the agents; its arrival on Kafka starts the time-out''s clock.';
COMMENT ON COLUMN async_tasks.status IS 'PENDING, RUNNING, then COMPLETED, FAILED or CANCELLED for good.';
COMMENT ON COLUMN async_tasks.progress IS 'Per cent, 0 to 100, as last reported.';
COMMENT ON COLUMN async_tasks.message IS 'What the agent last said about its progress.';
COMMENT ON COLUMN async_tasks.input_data IS 'The command''s payload.';
COMMENT ON COLUMN async_tasks.result_data IS 'The result, once COMPLETED.';
COMMENT ON COLUMN async_tasks.error_data IS 'The error (message, code), once FAILED or CANCELLED.';
COMMENT ON COLUMN async_tasks.created_at IS 'When the command was accepted.';
COMMENT ON COLUMN async_tasks.updated_at IS 'The last report or the end.';

COMMENT ON TABLE domain_events IS 'The immutable facts. UPDATE, DELETE and TRUNCATE are refused to everyone.';
COMMENT ON COLUMN domain_events.id IS 'Ascending in a session; across sessions a smaller one may become visible later.';
COMMENT ON COLUMN domain_events.event_id IS 'The event''s identity here, in the outbox and on Kafka.';
COMMENT ON COLUMN domain_events.correlation_id IS 'The command that caused it, or itself where none did.';
COMMENT ON COLUMN domain_events.causation_id IS 'The session''s previous event; null for the first.';
COMMENT ON COLUMN domain_events.event_type IS '<Domain>.<AggregateRoot>.<OptionalSubAggregate>.<ActionInPastTense>.';
COMMENT ON COLUMN domain_events.event_version IS 'Version of the payload''s shape.';
COMMENT ON COLUMN domain_events.aggregate_type IS 'GENESIS_SESSION.';
COMMENT ON COLUMN domain_events.aggregate_id IS 'The aggregate: here the session''s id.';
COMMENT ON COLUMN domain_events.aggregate_version IS '1, 2, 3 … without a gap in each aggregate.';
COMMENT ON COLUMN domain_events.payload IS 'What happened.';
COMMENT ON COLUMN domain_events.metadata IS 'Who, by which request, for which task, from which service, when.';
COMMENT ON COLUMN domain_events.created_at IS 'When it happened; the created_at of the envelope.';

COMMENT ON TABLE event_outbox IS 'Messages for Kafka, written in the transaction of the facts they carry. An insert needs topic, key and payload alone.';
COMMENT ON COLUMN event_outbox.id IS 'For the gateway''s own rows the event_id, so that a receipt finds its row without another index.';
COMMENT ON COLUMN event_outbox.topic IS 'The Kafka topic.';
COMMENT ON COLUMN event_outbox.key IS 'The Kafka key; rows of one key keep their order.';
COMMENT ON COLUMN event_outbox.payload IS 'The envelope; the Kafka value is the text of this column.';
COMMENT ON COLUMN event_outbox.status IS 'PENDING until acknowledged by Kafka (SENT) or given up (FAILED).';
COMMENT ON COLUMN event_outbox.created_at IS 'When it was written.';
COMMENT ON COLUMN event_outbox.seq IS 'Insertion order; within a key whose writers serialise, commit order.';
COMMENT ON COLUMN event_outbox.lane IS 'hash(key) mod 64: the share of the work it belongs to. One relay owns a lane at a time.';
COMMENT ON COLUMN event_outbox.parked IS 'True while the row is outside the cursor''s path: waiting for a retry, behind such a row of its key, set back to PENDING, or FAILED and holding its key.';
COMMENT ON COLUMN event_outbox.attempts IS 'Publishes that failed or succeeded so far.';
COMMENT ON COLUMN event_outbox.next_attempt_at IS 'Not before this moment; null is at once.';
COMMENT ON COLUMN event_outbox.last_error IS 'class, code, message, and the time of each attempt.';
COMMENT ON COLUMN event_outbox.will_retry IS 'FAILED by an outage, not by its own fault: the relay sends it again by itself.';
COMMENT ON COLUMN event_outbox.dropped_at IS 'When an operator gave the row up.';
COMMENT ON COLUMN event_outbox.sent_at IS 'When Kafka''s acknowledgement was recorded.';
COMMENT ON COLUMN event_outbox.kafka_partition IS 'Where Kafka put it.';
COMMENT ON COLUMN event_outbox.kafka_offset IS 'Where Kafka put it.';
COMMENT ON COLUMN event_outbox.traceparent IS 'W3C traceparent of the request, sent as a header.';
COMMENT ON COLUMN event_outbox.requeued_at IS 'When it was last set back to PENDING by somebody, so that it may come late; null when only the relay did.';
COMMENT ON COLUMN event_outbox.failed_at IS 'When the relay gave it up (FAILED), by the database''s clock; created_at where nobody wrote it down.';
COMMENT ON COLUMN event_outbox.dead_letter_due IS 'FAILED for its own fault, and the dead-letter topic has not got it yet.';

COMMENT ON TABLE outbox_deliveries IS 'Where SENT rows went, kept when the rows are cleaned away.';
COMMENT ON COLUMN outbox_deliveries.outbox_id IS 'event_outbox.id of the row that is gone.';
COMMENT ON COLUMN outbox_deliveries.event_id IS 'event_id of its payload, where it had one.';
COMMENT ON COLUMN outbox_deliveries.topic IS 'The Kafka topic.';
COMMENT ON COLUMN outbox_deliveries.kafka_partition IS 'Where Kafka put it.';
COMMENT ON COLUMN outbox_deliveries.kafka_offset IS 'Where Kafka put it.';
COMMENT ON COLUMN outbox_deliveries.attempts IS 'Publishes it took.';
COMMENT ON COLUMN outbox_deliveries.sent_at IS 'When Kafka''s acknowledgement was recorded.';

COMMENT ON TABLE outbox_relays IS 'The relay processes that are alive, for sharing the lanes evenly.';
COMMENT ON COLUMN outbox_relays.id IS 'Made anew by each process.';
COMMENT ON COLUMN outbox_relays.name IS 'Host and process id, for people.';
COMMENT ON COLUMN outbox_relays.started_at IS 'When the process joined.';
COMMENT ON COLUMN outbox_relays.lease_until IS 'Alive until then unless renewed.';

COMMENT ON TABLE outbox_lanes IS 'One row for each lane: who relays it, until when, under which token.';
COMMENT ON COLUMN outbox_lanes.lane IS '0 to 63.';
COMMENT ON COLUMN outbox_lanes.owner IS 'outbox_relays.id of the owner; null when free.';
COMMENT ON COLUMN outbox_lanes.token IS 'Rises with every change of owner; a settle under an older token changes nothing.';
COMMENT ON COLUMN outbox_lanes.lease_until IS 'Owned until then unless renewed.';
COMMENT ON COLUMN outbox_lanes.low_water IS 'Every row of the lane up to this seq is settled or parked, and none can still appear: a new owner starts its cursor here.';

COMMENT ON TABLE stream_tickets IS 'Single-use tickets that open an event stream; a row lives for seconds.';
COMMENT ON COLUMN stream_tickets.hash IS 'SHA-256 of the ticket; the ticket itself is nowhere in the database.';
COMMENT ON COLUMN stream_tickets.user_id IS 'The sub of the token that bought it.';
COMMENT ON COLUMN stream_tickets.token_expires_at IS 'The exp of that token: when the stream has to end.';
COMMENT ON COLUMN stream_tickets.expires_at IS 'It opens no stream from then on.';
COMMENT ON COLUMN stream_tickets.created_at IS 'When it was bought.';

COMMENT ON TABLE outbox_audit IS 'Every change that an operator''s command made to the outbox.';
COMMENT ON COLUMN outbox_audit.id IS 'Ascending.';
COMMENT ON COLUMN outbox_audit.at IS 'When.';
COMMENT ON COLUMN outbox_audit.who IS 'The operating system''s user and host.';
COMMENT ON COLUMN outbox_audit.action IS 'requeue, drop or replay.';
COMMENT ON COLUMN outbox_audit.rows IS 'How many rows it changed.';
COMMENT ON COLUMN outbox_audit.details IS 'What it was asked for, and the ids of the first thousand rows that it changed.';

COMMENT ON TABLE flow_resume_handles IS 'Where a paused workflow goes on; used by the workflow services.';
COMMENT ON COLUMN flow_resume_handles.id IS 'The handle''s own id.';
COMMENT ON COLUMN flow_resume_handles.correlation_id IS 'What the workflow waits for; unique while PENDING_PAUSE or PAUSED.';
COMMENT ON COLUMN flow_resume_handles.resume_handle IS 'How to resume it.';
COMMENT ON COLUMN flow_resume_handles.status IS 'PENDING_PAUSE, PAUSED, RESUMED or EXPIRED.';
COMMENT ON COLUMN flow_resume_handles.resume_payload IS 'What it is resumed with.';
COMMENT ON COLUMN flow_resume_handles.expires_at IS 'When waiting is given up.';
COMMENT ON COLUMN flow_resume_handles.created_at IS 'When it was made.';
COMMENT ON COLUMN flow_resume_handles.updated_at IS 'When it last changed.';

-- ---------------------------------------------------------------------------------------------------------
-- The check on task types was a list once. To exchange it locks the table for everyone, so it is the last step
-- before the end; what may take long, to look at every row, is left to a transaction of its own.
-- ---------------------------------------------------------------------------------------------------------
DO $task_types$ BEGIN
  IF EXISTS (SELECT FROM pg_constraint
              WHERE conrelid = to_regclass('async_tasks') AND conname = 'async_tasks_type_check'
                AND pg_get_constraintdef(oid) NOT LIKE '%~%') THEN
    ALTER TABLE async_tasks
      DROP CONSTRAINT async_tasks_type_check,
      ADD CONSTRAINT async_tasks_type_check CHECK (task_type ~ '^genesis\.[a-z]+(_[a-z]+)*$') NOT VALID;
  END IF;
END $task_types$;

COMMIT;

-- The rows that were there before are looked at while others write.
BEGIN;
DO $lock$ BEGIN PERFORM pg_advisory_xact_lock(7305802271); END $lock$;
SET LOCAL lock_timeout = '5s';
DO $task_types$ BEGIN
  IF EXISTS (SELECT FROM pg_constraint
              WHERE conrelid = to_regclass('async_tasks') AND conname = 'async_tasks_type_check'
                AND NOT convalidated) THEN
    ALTER TABLE async_tasks VALIDATE CONSTRAINT async_tasks_type_check;
  END IF;
END $task_types$;
COMMIT;

-- A row is undecided by its failed_at. Those that FAILED before there was one, or by plain SQL, or by a relay that has not been
-- replaced yet, get the moment that time-outs take for it. The table is read, and it waits
-- for nobody: what somebody changes just now is left to the next run.
BEGIN;
DO $lock$ BEGIN PERFORM pg_advisory_xact_lock(7305802271); END $lock$;
SET LOCAL lock_timeout = '5s';
UPDATE event_outbox SET failed_at = created_at
 WHERE id IN (SELECT id FROM event_outbox WHERE status = 'FAILED' AND failed_at IS NULL FOR NO KEY UPDATE SKIP LOCKED);
COMMIT;

-- The index of parked rows named the key itself once, and a row with a long key could not be parked. Where
-- 10-indexes-of-a-live-database.sql did not drop it: to drop it here locks the table for everyone, so it is the last thing,
-- in a transaction that has locked nothing else.
BEGIN;
DO $lock$ BEGIN PERFORM pg_advisory_xact_lock(7305802271); END $lock$;
SET LOCAL lock_timeout = '5s';
DO $parked$ BEGIN
  IF to_regclass('event_outbox_parked') IS NOT NULL THEN
    DROP INDEX event_outbox_parked;
  END IF;
END $parked$;
COMMIT;
