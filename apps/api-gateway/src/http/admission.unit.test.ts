/** Who is let in, who waits, and who is told to come back. */
import { Admission, type AdmissionLimits, type NoPlaceProblem } from './admission'

const LIMITS: AdmissionLimits = {
  atWork: 2,
  line: 2,
  overloadedAfterMs: 100,
  overloadedLine: 1,
  calmAfterMs: 3_000,
  patienceMs: 400,
  refusalMs: 1_000,
  mostHeld: 6,
}

let admission: Admission
let begun: string[]
let refused: string[]

beforeEach(() => {
  jest.useFakeTimers()
  begun = []
  refused = []
  admission = new Admission(LIMITS)
})
afterEach(() => jest.useRealTimers())

/** Lets promises that are due run on. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

const pass = async (ms: number) => {
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
  admission.run(work, group).catch((problem: unknown) => {
    const { code, reason } = problem as NoPlaceProblem
    expect(code).toBe('SERVICE_UNAVAILABLE')
    refused.push(`${name} ${reason}`)
  })
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

it('refuses who has waited too long, and only him', async () => {
  const end = ask('a')
  ask('b')
  ask('c')
  await pass(200)
  ask('d')
  await pass(200)
  expect(refused).toEqual(['c waited_too_long'])
  await end()
  expect(begun).toEqual(['a', 'b', 'd'])
  await pass(1_000)
  expect(refused).toHaveLength(1)
})

describe('overload', () => {
  let ends: (() => Promise<void>)[]
  beforeEach(async () => {
    ends = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name))
    await pass(101)
    ends.push(ask('f'))
    await settle()
  })

  it('leaves the first of the line, and tells the others after a while', async () => {
    await ends[0]!()
    expect(begun).toEqual(['a', 'b', 'c'])
    await pass(898)
    expect(refused).toEqual([])
    await pass(1)
    expect(refused).toEqual(['e overload', 'd overload'])
    await pass(101)
    expect(refused).toEqual(['e overload', 'd overload', 'f overload'])
  })

  it('lasts until nobody had to be refused for a while', async () => {
    await ends[0]!()
    await pass(2_900)
    ask('g')
    ask('h')
    await pass(399)
    ask('i')
    // Refused for the short line, which was full.
    await pass(1_000)
    expect(refused.slice(3)).toEqual(['g waited_too_long', 'i overload', 'h overload'].sort())
    await pass(3_000)
    for (const name of ['k', 'l']) ask(name)
    await pass(399)
    expect(refused.slice(6)).toEqual([])
  })
})

it('is overloaded at once when more come than may be held, and answers the last of them at once', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) ask(name)
  await settle()
  expect(refused).toEqual(['i overload'])
  await pass(1_000)
  expect(refused.sort()).toEqual(
    ['c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name) => expect.stringContaining(name) as string),
  )
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
