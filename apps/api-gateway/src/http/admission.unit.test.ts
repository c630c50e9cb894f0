/** Who is let in, who waits, and who is told to come back. */
import { Admission, type AdmissionLimits } from './admission'

const LIMITS: AdmissionLimits = {
  atWork: 2,
  line: 2,
  overloadedAfterMs: 100,
  patienceMs: 400,
  longestLine: 6,
}

let nowMs: number
let admission: Admission
let begun: string[]
let refused: string[]

beforeEach(() => {
  jest.useFakeTimers()
  nowMs = 0
  begun = []
  refused = []
  admission = new Admission(LIMITS, () => nowMs)
})
afterEach(() => jest.useRealTimers())

/** Lets promises that are due run on. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

const pass = async (ms: number) => {
  nowMs += ms
  jest.advanceTimersByTime(ms)
  await settle()
}

/** Asks to be let in; answers how to end the work. */
const ask = (name: string, group?: string): (() => Promise<void>) => {
  let end!: () => void
  const work = () => {
    begun.push(name)
    return new Promise<void>((resolve) => (end = resolve))
  }
  admission
    .run(work, group)
    .catch((error: unknown) => refused.push(`${name} ${(error as { code: string }).code}`))
  return async () => {
    end()
    await settle()
  }
}

it('lets in as many as may be at work, and the next as one leaves', async () => {
  const endA = ask('a')
  ask('b')
  ask('c')
  await settle()
  expect(begun).toEqual(['a', 'b'])
  await endA()
  expect(begun).toEqual(['a', 'b', 'c'])
})

it('makes room when work fails, too', async () => {
  await expect(admission.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  await expect(admission.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  ask('a')
  ask('b')
  await settle()
  expect(begun).toEqual(['a', 'b'])
})

it('serves a burst in the order in which it came', async () => {
  const ends = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name))
  await pass(50)
  await ends[0]!()
  await ends[1]!()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
})

it('serves the newest first when the line has been long for too long, and in order again when it is short', async () => {
  const ends = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name))
  await pass(101)
  await ends[0]!()
  expect(begun.at(-1)).toBe('e')
  await ends[1]!()
  expect(begun.at(-1)).toBe('c')
})

it('refuses who has waited too long, and only him', async () => {
  const end = ask('a')
  ask('b')
  ask('c')
  await pass(200)
  ask('d')
  await pass(200)
  expect(refused).toEqual(['c SERVICE_UNAVAILABLE'])
  await end()
  expect(begun).toEqual(['a', 'b', 'd'])
  await pass(1_000)
  expect(refused).toHaveLength(1)
})

it('refuses at once whoever has waited longest in the longest line there may be', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) ask(name)
  await settle()
  expect(refused).toEqual(['c SERVICE_UNAVAILABLE'])
})

it('counts those who wait for each other as one', async () => {
  const first = ask('first', 'session')
  const second = ask('second', 'session')
  ask('other')
  await settle()
  expect(begun).toEqual(['first', 'second', 'other'])
  ask('late')
  await first()
  expect(begun).not.toContain('late')
  await second()
  expect(begun).toContain('late')
})

it('lets the rest of a group in with the first of it', async () => {
  const end = ask('a')
  ask('b')
  ask('first', 'session')
  ask('second', 'session')
  await end()
  expect(begun).toEqual(['a', 'b', 'first', 'second'])
})
