/** Which keys must wait between claim and settlement. */
import { InFlight } from './in-flight'
import type { ClaimedRow } from './ports'

const row = (id: string, key: string, seq: number, lane = 1): ClaimedRow => ({
  id,
  key,
  seq,
  lane,
  token: '1',
  topic: 't',
  value: '{}',
  eventId: 'e',
  eventType: null,
  traceparent: null,
  writtenAtMs: 0,
  attempts: 0,
  error: null,
  parked: false,
  bytes: 10,
})

it('holds a failed key until no row claimed before its parked row became visible is left', () => {
  const inFlight = new InFlight()
  const [first, ahead] = [row('1', 'k', 1), row('2', 'k', 2)]
  inFlight.claimStarted()
  inFlight.add(first)
  inFlight.claimEnded()
  inFlight.hold(first, 'failed')
  inFlight.claimStarted() // begins before the settlement is committed, and may read fresh rows of the key
  inFlight.remove([first])
  inFlight.holdIsVisible(first)
  expect(inFlight.heldAs('k')).toBe('failed')
  inFlight.add(ahead)
  inFlight.claimEnded()
  expect(inFlight.heldAs('k')).toBe('failed')
  inFlight.remove([ahead])
  expect(inFlight.heldAs('k')).toBeUndefined()
  expect(inFlight.isBusy('k')).toBe(false)
})

it('holds a key until every row that failed is settled, whatever is settled of it before', () => {
  const inFlight = new InFlight()
  const [passed, failed, ahead] = [row('1', 'k', 1), row('2', 'k', 2), row('3', 'k', 3)]
  for (const each of [passed, failed]) inFlight.add(each)
  inFlight.hold(failed, 'failed')
  // FAILED at once and passed: it held nobody, and its batch is settled first.
  inFlight.remove([passed])
  inFlight.holdIsVisible(passed)
  inFlight.claimStarted() // reads before the failed row is parked
  inFlight.remove([failed])
  inFlight.holdIsVisible(failed)
  inFlight.add(ahead)
  inFlight.claimEnded()
  expect(inFlight.heldAs('k')).toBe('failed')
})

it('lets a key go at once when nothing was claimed ahead', () => {
  const inFlight = new InFlight()
  const only = row('1', 'k', 1)
  inFlight.add(only)
  inFlight.hold(only, 'handed_back')
  inFlight.remove([only])
  expect(inFlight.isBusy('k')).toBe(true)
  inFlight.holdIsVisible(only)
  expect(inFlight.isBusy('k')).toBe(false)
})

it('remembers a failure above a handing back', () => {
  const inFlight = new InFlight()
  inFlight.hold(row('1', 'k', 1), 'failed')
  inFlight.hold(row('2', 'k', 2), 'handed_back')
  expect(inFlight.heldAs('k')).toBe('failed')
})

it('knows the lowest row in flight of each lane', () => {
  const inFlight = new InFlight()
  inFlight.add(row('1', 'a', 9))
  inFlight.add(row('2', 'b', 4))
  inFlight.add(row('3', 'c', 7, 2))
  expect([...inFlight.lowestByLane()]).toEqual([
    [1, 4],
    [2, 7],
  ])
  expect(inFlight.ids()).toEqual(['1', '2', '3'])
  inFlight.remove([row('9', 'z', 1)])
  expect(inFlight.size).toBe(3)
})
