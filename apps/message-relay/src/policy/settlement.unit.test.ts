/** What a row becomes after an attempt. */
import type { Attempt } from './outcome'
import { decideSettlement, type SettlementContext } from './settlement'

const context: SettlementContext = {
  now: new Date('2026-01-01T10:00:00.000Z'),
  failedKeyPolicy: 'skip',
  trial: false,
}
const fault = { class: 'record_too_large', code: 'MESSAGE_TOO_LARGE', message: 'too large' }
const own: Attempt = { kind: 'record_fault', fault, final: false }
const away: Attempt = {
  kind: 'unavailable',
  fault: { class: 'connection', message: 'gone' },
  scope: 'broker',
}
const fresh = { attempts: 0, error: null }
const tried = (attempts: number) => ({
  attempts,
  error: { class: 'x', message: 'x', attempts: Array.from({ length: attempts }, (_, n) => `t${n}`) },
})

it('is SENT with its receipt', () => {
  expect(decideSettlement(tried(2), { kind: 'sent', partition: 3, offset: '9' }, context)).toEqual({
    kind: 'sent',
    attempts: 3,
    partition: 3,
    offset: '9',
  })
})

it('is tried again with the time of each attempt, and FAILED at the fourth', () => {
  expect(decideSettlement(fresh, own, context)).toEqual({
    kind: 'retry',
    attempts: 1,
    delayMs: 1000,
    error: { ...fault, attempts: ['2026-01-01T10:00:00.000Z'] },
  })
  expect(decideSettlement(tried(2), own, context)).toMatchObject({ kind: 'retry', delayMs: 4000 })
  expect(decideSettlement(tried(3), own, context)).toMatchObject({
    kind: 'failed',
    attempts: 4,
    willRetry: false,
    holdsKey: false,
    error: { attempts: ['t0', 't1', 't2', '2026-01-01T10:00:00.000Z'] },
  })
})

it('is FAILED at once where no further attempt could end otherwise', () => {
  expect(decideSettlement(fresh, { ...own, final: true }, context)).toMatchObject({
    kind: 'failed',
    attempts: 1,
  })
})

it('holds its key after a fault of its own under block, after an outage under either policy', () => {
  const block = { ...context, failedKeyPolicy: 'block' } as const
  expect(decideSettlement(tried(3), own, block)).toMatchObject({ willRetry: false, holdsKey: true })
  expect(decideSettlement(tried(3), away, context)).toMatchObject({ willRetry: true, holdsKey: true })
  expect(decideSettlement(tried(3), away, block)).toMatchObject({ willRetry: true, holdsKey: true })
})

it('counts no attempt when the broker is away again in the half-open state, but a record’s own fault', () => {
  const trial = { ...context, trial: true }
  expect(decideSettlement(tried(3), away, trial)).toEqual({ kind: 'park' })
  expect(decideSettlement(tried(1), own, trial)).toMatchObject({ kind: 'retry', attempts: 2 })
  expect(decideSettlement(fresh, { ...away, scope: 'topic' }, trial)).toMatchObject({ kind: 'retry' })
})

it('retries what nobody can tell, and blames no outage for it', () => {
  const unknown: Attempt = { kind: 'unknown', fault: { class: 'unknown', message: '?' } }
  expect(decideSettlement(fresh, unknown, context)).toMatchObject({ kind: 'retry' })
  expect(decideSettlement(tried(3), unknown, context)).toMatchObject({ kind: 'failed', willRetry: false })
})

it('waits behind an earlier row of its key, or goes back untouched', () => {
  expect(decideSettlement(fresh, { kind: 'withheld' }, context)).toEqual({ kind: 'park' })
  expect(decideSettlement(fresh, { kind: 'handed_back' }, context)).toEqual({ kind: 'hand_back' })
})

it('forgets the times of an earlier life', () => {
  const setBack = { attempts: 0, error: { class: 'x', message: 'x', attempts: ['long ago'] } }
  expect(decideSettlement(setBack, own, context)).toMatchObject({
    error: { attempts: ['2026-01-01T10:00:00.000Z'] },
  })
})
