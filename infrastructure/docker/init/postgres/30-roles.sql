-- Who may do what: the groups genesis_gateway and genesis_relay, and everything they are granted. They cannot log
-- in; a service's own login is made a member of one of them. Run after the schema, by the PostgreSQL container at
-- its first start, by the tests and by `npm run db:migrate`; it can be repeated, also while the services work.
--
-- Roles belong to the whole cluster and PostgreSQL fails two changes of them at once ("tuple concurrently
-- updated"). So whoever runs this where others might too holds an advisory lock in the database `postgres`
-- meanwhile, as db:migrate does.
BEGIN;

SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '5s';

DO $roles$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['genesis_gateway', 'genesis_relay'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXECUTE format('COMMENT ON ROLE %I IS %L', wanted, 'What this service may do: its own login is a member.');
    END IF;
  END LOOP;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO genesis_gateway, genesis_relay', current_database());
  -- Whoever may connect may make temporary tables, unless it is taken from PUBLIC: they fill a disk too. Of the
  -- services `message-relay verify` alone compares in some; grant it to the login of another service that does.
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO genesis_relay', current_database());
END
$roles$;

-- What is not granted below is taken back; nobody sees the moment between, for this is one transaction.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM genesis_gateway, genesis_relay;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM genesis_gateway, genesis_relay;
GRANT USAGE ON SCHEMA public TO genesis_gateway, genesis_relay;

-- ---------------------------------------------------------------------------------------------------------
-- genesis_gateway: writes sessions, commands, tasks, facts and new outbox rows; changes no outbox row. It may insert
-- into the columns that its statements name: the others keep their defaults, the clock's and the sequences' among them.
-- Primary keys, owners and payloads are not among the columns that it may update.
-- ---------------------------------------------------------------------------------------------------------
GRANT SELECT ON genesis_sessions, command_inbox, async_tasks TO genesis_gateway;
GRANT INSERT (id, user_id, status, current_stage, version, last_event_id, idempotency_key)
   ON genesis_sessions TO genesis_gateway;
GRANT INSERT (id, session_id, command_type, idempotency_key, payload, status) ON command_inbox TO genesis_gateway;
GRANT INSERT (id, task_type, triggered_by_command_id, session_id, request_event_id, input_data)
   ON async_tasks TO genesis_gateway;
GRANT UPDATE (status, current_stage, confirmed_data, version, last_event_id, updated_at)
   ON genesis_sessions TO genesis_gateway;
GRANT UPDATE (status, updated_at) ON command_inbox TO genesis_gateway;
GRANT UPDATE (status, progress, message, result_data, error_data, updated_at) ON async_tasks TO genesis_gateway;

GRANT SELECT ON domain_events TO genesis_gateway;
GRANT INSERT (event_id, correlation_id, causation_id, event_type, event_version, aggregate_type, aggregate_id,
              aggregate_version, payload, metadata, created_at)
   ON domain_events TO genesis_gateway;
GRANT USAGE ON SEQUENCE domain_events_id_seq TO genesis_gateway;

-- The columns of a new message, none that says how its delivery stands. What receipts and time-outs read, which is
-- not what a message says or whom it concerns: other services' messages are here too.
GRANT INSERT (id, topic, key, payload, traceparent) ON event_outbox TO genesis_gateway;
GRANT SELECT (id, topic, status, created_at, attempts, last_error, will_retry, sent_at, failed_at, kafka_partition,
              kafka_offset)
   ON event_outbox TO genesis_gateway;
GRANT USAGE ON SEQUENCE event_outbox_seq TO genesis_gateway;
GRANT SELECT ON outbox_deliveries TO genesis_gateway;

GRANT SELECT, INSERT (hash, user_id, token_expires_at, expires_at), DELETE ON stream_tickets TO genesis_gateway;
-- SELECT … FOR UPDATE asks for it; nothing changes a ticket.
GRANT UPDATE (expires_at) ON stream_tickets TO genesis_gateway;

-- ---------------------------------------------------------------------------------------------------------
-- genesis_relay: the relay and its operators' commands. Settles and removes outbox rows, and never changes what
-- a message says or where it goes. That it removes no row that is not SENT, a grant cannot say.
-- ---------------------------------------------------------------------------------------------------------
GRANT SELECT, DELETE ON event_outbox TO genesis_relay;
GRANT UPDATE (status, parked, attempts, next_attempt_at, last_error, will_retry, dropped_at, sent_at,
              kafka_partition, kafka_offset, dead_letter_due, requeued_at, failed_at)
   ON event_outbox TO genesis_relay;
-- `replay` makes messages again from the facts.
GRANT INSERT (topic, key, payload, requeued_at) ON event_outbox TO genesis_relay;
GRANT USAGE ON SEQUENCE event_outbox_seq TO genesis_relay;
GRANT SELECT ON domain_events TO genesis_relay;

-- A trigger writes it when the relay removes a SENT row.
GRANT SELECT, INSERT ON outbox_deliveries TO genesis_relay;

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_relays TO genesis_relay;
GRANT SELECT, UPDATE (owner, token, lease_until, low_water) ON outbox_lanes TO genesis_relay;
GRANT INSERT ON outbox_audit TO genesis_relay;

COMMIT;
