/** What the first parked row of a key means for the key. */
import { judgeParkedHead, type ParkedHead } from './parked-keys'

const head: ParkedHead = {
  lane: 1,
  key: 'k',
  id: 'i',
  seq: 1,
  status: 'PENDING',
  attempts: 0,
  dueInMs: 0,
  willRetry: false,
  dropped: false,
}
const skip = { failedKeyPolicy: 'skip', retriesOnly: false } as const
const block = { failedKeyPolicy: 'block', retriesOnly: false } as const
const outage = { failedKeyPolicy: 'skip', retriesOnly: true } as const

it.each([
  ['a row that is due goes', head, skip, 'run'],
  ['a row that waits for its retry holds its key', { ...head, dueInMs: 1 }, skip, 'wait'],
  ['in an outage nothing new is tried', head, outage, 'hold'],
  ['in an outage what had been tried keeps its schedule', { ...head, attempts: 1 }, outage, 'run'],
  ['what an outage failed goes again', { ...head, status: 'FAILED', willRetry: true }, block, 'set_back'],
  ['but not in an outage', { ...head, status: 'FAILED', willRetry: true }, outage, 'hold'],
  ['nor while it rests', { ...head, status: 'FAILED', willRetry: true, dueInMs: 1 }, skip, 'wait'],
  ['under block a failed row holds its key', { ...head, status: 'FAILED' }, block, 'hold'],
  ['under skip it does not', { ...head, status: 'FAILED' }, skip, 'release'],
  ['a dropped row holds nothing', { ...head, status: 'FAILED', dropped: true }, block, 'release'],
  [
    'nor does a dropped row of an outage',
    { ...head, status: 'FAILED', willRetry: true, dropped: true },
    skip,
    'release',
  ],
  ['nor one that was sent', { ...head, status: 'SENT' }, block, 'release'],
] as const)('%s', (_, row, context, verdict) => {
  expect(judgeParkedHead(row, context)).toBe(verdict)
})
