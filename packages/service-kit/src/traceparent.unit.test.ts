/** W3C's traceparent: what is one, and what it names. */
import { formatTraceparent, parseTraceparent } from './index'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

it.each([
  ['00', '01', true],
  ['00', '00', false],
  ['cc', '03', true],
])('reads version %s with flags %s', (version, flags, sampled) => {
  expect(parseTraceparent(`${version}-${TRACE}-${SPAN}-${flags}`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    sampled,
  })
})

it.each([
  '',
  'rubbish',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
])('is none: %s', (text) => {
  expect(parseTraceparent(text)).toBeUndefined()
})

it.each([true, false])('writes what it reads, sampled or not: %s', (sampled) => {
  const context = { traceId: TRACE, spanId: SPAN, sampled }
  expect(parseTraceparent(formatTraceparent(context))).toEqual(context)
})
