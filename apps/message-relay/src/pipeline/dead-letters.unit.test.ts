/** Letters that the topic refuses for ever, and those behind them. */
import { DeadLetters } from './dead-letters'
import { Lanes } from './lanes'
import type { DeadLetter, OutboxUpkeep, RowRef } from './ports'

const byPlace = (a: RowRef, b: RowRef): number => a.lane - b.lane || a.seq - b.seq
const letter = (lane: number, seq: number): DeadLetter => ({
  ...{ id: `${lane}/${seq}`, lane, seq, token: '1', topic: 't', key: 'k', value: '{}', attempts: 4 },
  ...{ eventId: null, eventType: null, error: null },
})
const letters = (lane: number, count: number) => Array.from({ length: count }, (_, n) => letter(lane, n + 1))

let due: DeadLetter[]
let refused: Set<string>
let tried: number
let away: boolean
let unanswered: Set<string>
let waiting: number[]
let told: string[]
let round: () => Promise<boolean>

beforeEach(() => {
  ;[due, refused, tried, away, waiting, told] = [[], new Set(), 0, false, [], []]
  unanswered = new Set()
  const outbox = {
    deadLettersDue: (_: unknown, after: RowRef | undefined, limit: number) =>
      Promise.resolve(
        due
          .sort(byPlace)
          .filter((each) => after === undefined || byPlace(each, after) > 0)
          .slice(0, limit),
      ),
    deadLettered: (rows: readonly RowRef[]) => {
      due = due.filter((each) => !rows.some(({ id }) => id === each.id))
      return Promise.resolve()
    },
  } as unknown as OutboxUpkeep
  const topic = {
    publish: (offered: readonly DeadLetter[]) => {
      if (away)
        return Promise.resolve({ got: [], refused: [], problem: { class: 'connection', message: 'gone' } })
      const end = offered.findIndex(({ id }) => unanswered.has(id))
      const answered = end < 0 ? offered : offered.slice(0, end)
      tried += answered.length
      const no = answered.filter(({ id }) => refused.has(id))
      return Promise.resolve({
        got: answered.filter((each) => !no.includes(each)),
        refused: no.map((each) => ({ letter: each, reason: 'no' })),
        problem: end < 0 ? undefined : { class: 'timeout', message: 'no answer' },
      })
    },
  }
  const sending = new DeadLetters(outbox, topic, new Lanes(), {
    deadLettered: () => undefined,
    deadLettersWait: (rows) => waiting.push(rows),
    deadLetterRefused: ({ id }) => told.push(id),
  })
  round = () => sending.round(() => false)
})

const refuse = (refusedLetters: readonly DeadLetter[]): void => {
  due.push(...refusedLetters)
  for (const { id } of refusedLetters) refused.add(id)
}

it('gets to those behind any number of refused ones, with bounded work in each round', async () => {
  refuse(letters(1, 100))
  due.push(...letters(2, 30))
  for (let rounds = 1; rounds <= 6; rounds += 1) {
    tried = 0
    await round()
    expect(tried).toBeLessThanOrEqual(20 + 30 + 20)
  }
  expect(due.map(({ lane }) => lane)).toEqual(Array(100).fill(1))
})

it('gets to one that comes before them in the next round but one at the latest', async () => {
  refuse(letters(1, 30))
  await round()
  due.push(letter(0, 1))
  await round()
  await round()
  expect(due.some(({ lane }) => lane === 0)).toBe(false)
})

it('tries those that were refused again, and tells of each', async () => {
  refuse(letters(1, 25))
  for (let rounds = 1; rounds <= 3; rounds += 1) await round()
  expect(new Set(told).size).toBe(25)
  refused.clear()
  await round()
  await round()
  expect(due).toEqual([])
})

it('takes all in one round where few are refused, and looks at no letter twice in it', async () => {
  due.push(...letters(1, 90))
  refuse([letter(0, 1), letter(2, 1)])
  expect(await round()).toBe(true)
  expect(due.map(({ lane }) => lane)).toEqual([0, 2])
  expect(tried).toBe(92)
})

it('ends the round where the topic takes nothing, and goes on from there', async () => {
  due.push(...letters(1, 30))
  away = true
  expect(await round()).toBe(true)
  expect(waiting).toEqual([20])
  away = false
  expect(await round()).toBe(false)
  expect(due).toEqual([])
})

it('gets to those behind letters that are never answered for, one such letter a round, and tries these again', async () => {
  due.push(...letters(1, 50))
  unanswered = new Set(['1/3', '1/4', '1/30'])
  for (let rounds = 1; rounds <= 4; rounds += 1) expect(await round()).toBe(true)
  expect(due.map(({ id }) => id)).toEqual(['1/3', '1/4', '1/30'])
  unanswered.clear()
  await round()
  expect(due).toEqual([])
})
