/** A scrape is answered in time, whatever PostgreSQL does. */
import type { Backlog } from '../outbox/backlog'
import { BacklogLook } from './backlog-look'

const seen = (pending: number): Backlog => ({
  pending,
  parked: 0,
  oldestDueSeconds: 0,
  blocking: 0,
  undecided: 0,
})

/** A look whose reads end when and as the test says. */
function looking() {
  const ends: { well: (seen: Backlog) => void; badly: (error: Error) => void }[] = []
  const read = () => new Promise<Backlog>((well, badly) => ends.push({ well, badly }))
  return { look: new BacklogLook(read, 20), ends }
}

it('shows what this scrape has seen, in one look for all who ask meanwhile', async () => {
  const { look, ends } = looking()
  const asked = [look.figures(), look.figures()]
  ends[0]!.well(seen(7))
  expect(await Promise.all(asked)).toEqual([seen(7), seen(7)])
  expect(ends).toHaveLength(1)
})

it('keeps no scrape waiting: what a slow look sees is for the next one', async () => {
  const { look, ends } = looking()
  expect(await look.figures()).toBeUndefined()
  expect(await look.figures()).toBeUndefined()
  expect(ends).toHaveLength(1)
  ends[0]!.well(seen(7))
  await Promise.resolve()
  expect(await look.figures()).toEqual(seen(7))
})

it('forgets what was seen before once a look has failed', async () => {
  const { look, ends } = looking()
  const first = look.figures()
  ends[0]!.well(seen(7))
  await first
  const second = look.figures()
  ends[1]!.badly(new Error('away'))
  expect(await second).toBeUndefined()
})
