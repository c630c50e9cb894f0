/** Which ids a line of the log tells of a row. */
import { idsOf } from './row-ids'

const row = { id: 'o', eventId: 'e', traceparent: null, value: '{}' }
const TRACE = '0af7651916cd43dd8448eb211c80319c'

it('names the command, the request and the trace that an envelope comes from', () => {
  const value = JSON.stringify({ event_id: 'e', correlation_id: 'c', metadata: { request_id: 'r' } })
  expect(idsOf({ ...row, value, traceparent: `00-${TRACE}-b7ad6b7169203331-01` })).toEqual({
    outbox_id: 'o',
    event_id: 'e',
    command_id: 'c',
    request_id: 'r',
    trace_id: TRACE,
  })
})

it('names no command where none caused the event', () => {
  const value = '{"event_id": "e", "correlation_id": "e"}'
  expect(idsOf({ ...row, value })).toEqual({ outbox_id: 'o', event_id: 'e' })
})

it.each([
  '',
  'no JSON',
  'null',
  '[1]',
  '"text"',
  '{"metadata": null}',
  '{"metadata": 1, "correlation_id": 2}',
])('makes do with any payload and any traceparent: %s', (value) => {
  expect(idsOf({ ...row, eventId: null, value, traceparent: 'rubbish' })).toEqual({
    outbox_id: 'o',
    event_id: null,
  })
})
