/** An event over the limit is refused, however its size comes about. */
import type { EventEnvelope } from '@infinite-scribe/shared-types'
import { jsonbTextBytes, refuseOversized } from './event-size'

const envelopeWith = (payload: unknown) => ({ payload }) as EventEnvelope

it('lets the limit itself through and refuses one byte more', () => {
  const envelope = envelopeWith({ text: 'é'.repeat(500) })
  const bytes = jsonbTextBytes(envelope)
  expect(refuseOversized([envelope], bytes)).toBeUndefined()
  expect(refuseOversized([envelope], bytes - 1)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
})

it('sees the numbers that grow when they are printed', () => {
  const envelope = envelopeWith(Array(1_000).fill(1e300))
  expect(refuseOversized([envelope], 100_000)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
})

it('refuses when any one of several is too large', () => {
  expect(refuseOversized([envelopeWith(1), envelopeWith('x'.repeat(200))], 100)).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
  })
})
