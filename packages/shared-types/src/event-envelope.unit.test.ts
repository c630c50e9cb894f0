/** Which envelopes may be written. */
import {
  AGGREGATE_TYPE,
  checkEnvelope,
  InvalidEnvelopeError,
  InvalidEventNameError,
  type EventEnvelope,
} from './index'

const ID = '0af76519-16cd-43dd-8448-eb211c80319c'

const envelope = (changes: object = {}): EventEnvelope => ({
  event_id: ID,
  correlation_id: ID,
  causation_id: null,
  event_type: 'Genesis.Session.Created',
  event_version: 1,
  aggregate_type: AGGREGATE_TYPE,
  aggregate_id: ID,
  aggregate_version: 1,
  payload: {},
  metadata: { user_id: 'u', actor: 'u', source_service: 'api-gateway', timestamp: '2026-01-01T10:00:00Z' },
  created_at: '2026-01-01T10:00:00Z',
  ...changes,
})

it.each([
  {},
  { causation_id: ID },
  { event_id: ID.toUpperCase() },
  { aggregate_version: 7, event_version: 2 },
])('lets one with %j through, as it is', (changes) => {
  const given = envelope(changes)
  expect(checkEnvelope(given)).toBe(given)
})

it.each([
  'event_id',
  'correlation_id',
  'causation_id',
  'aggregate_id',
  'aggregate_type',
  'event_version',
  'aggregate_version',
])('refuses one without %s, and names it', (field) => {
  const rest = Object.fromEntries(Object.entries(envelope()).filter(([name]) => name !== field))
  expect(() => checkEnvelope(rest as never)).toThrow(InvalidEnvelopeError)
  expect(() => checkEnvelope(rest as never)).toThrow(field)
})

it.each([
  { event_id: 'x' },
  { event_id: null },
  { correlation_id: '' },
  { correlation_id: null },
  { causation_id: 'previous' },
  { aggregate_version: 0 },
  { aggregate_version: 1.5 },
  { aggregate_version: '1' },
  { event_version: -1 },
  { aggregate_id: '' },
])('refuses one with %j', (changes) => {
  expect(() => checkEnvelope(envelope(changes))).toThrow(InvalidEnvelopeError)
})

it.each([undefined, 'genesis.session.created'])('refuses one of type %j', (event_type) => {
  expect(() => checkEnvelope(envelope({ event_type }))).toThrow(InvalidEventNameError)
})
