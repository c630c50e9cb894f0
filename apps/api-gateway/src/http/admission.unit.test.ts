/** Who is let in, who waits, and who is told to come back. */
import { askedAdmission, pass, type AskedAdmission } from './admission.kit.test'

let asked: AskedAdmission
beforeEach(() => {
  jest.useFakeTimers()
  asked = askedAdmission()
})
afterEach(() => jest.useRealTimers())

it('lets in as many as may be at work, and the next as one leaves', async () => {
  const endA = asked.ask('a')
  asked.ask('b')
  asked.ask('c')
  await pass(0)
  expect(asked.begun).toEqual(['a', 'b'])
  await endA()
  expect(asked.begun).toEqual(['a', 'b', 'c'])
})

it('makes room when work fails, too', async () => {
  const fail = () => asked.admission.run(() => Promise.reject(new Error('failed')))
  await expect(fail()).rejects.toThrow('failed')
  await expect(fail()).rejects.toThrow('failed')
  asked.ask('a')
  asked.ask('b')
  await pass(0)
  expect(asked.begun).toEqual(['a', 'b'])
})

it('serves a burst in the order in which it came', async () => {
  const ends = ['a', 'b', 'c', 'd', 'e'].map((name) => asked.ask(name))
  await pass(50)
  await ends[0]!()
  await ends[1]!()
  expect(asked.begun).toEqual(['a', 'b', 'c', 'd'])
})

it('refuses who has waited too long, and only him', async () => {
  const end = asked.ask('a')
  asked.ask('b')
  asked.ask('c')
  await pass(200)
  asked.ask('d')
  await pass(200)
  expect(asked.decided).toEqual(['c waited_too_long'])
  expect(asked.told).toEqual(['c SERVICE_UNAVAILABLE'])
  await end()
  expect(asked.begun).toEqual(['a', 'b', 'd'])
  await pass(1_000)
  expect(asked.told).toHaveLength(1)
})

describe('overload', () => {
  let ends: (() => Promise<void>)[]
  beforeEach(async () => {
    ends = ['a', 'b', 'c', 'd', 'e'].map((name) => asked.ask(name))
    await pass(101)
    ends.push(asked.ask('f'))
    await pass(0)
  })

  it('leaves the first of the line, and tells the others a second after they came', async () => {
    expect(asked.decided).toEqual(['d overload', 'e overload', 'f overload'])
    await ends[0]!()
    expect(asked.begun).toEqual(['a', 'b', 'c'])
    await pass(898)
    expect(asked.told).toEqual([])
    await pass(1)
    expect(asked.told).toEqual(['d SERVICE_UNAVAILABLE', 'e SERVICE_UNAVAILABLE'])
    await pass(101)
    expect(asked.told).toHaveLength(3)
    expect(asked.decided).toHaveLength(3)
  })

  it('lasts until nobody had to be refused for a while', async () => {
    await ends[0]!()
    await pass(2_900)
    asked.ask('g')
    asked.ask('h')
    await pass(399)
    asked.ask('i')
    await pass(1_000)
    // Refused for the short line, which was full.
    expect(asked.decided.slice(3)).toEqual(['h overload', 'i overload', 'g waited_too_long'])
    await pass(3_000)
    for (const name of ['k', 'l']) asked.ask(name)
    await pass(399)
    expect(asked.decided).toHaveLength(6)
  })

  it('tells the first of the refused early when more are held than may be, and lets the line be', async () => {
    for (const name of ['g', 'h']) asked.ask(name)
    await pass(0)
    expect(asked.told).toEqual([])
    asked.ask('i')
    await pass(0)
    expect(asked.told).toEqual(['d SERVICE_UNAVAILABLE'])
    await ends[0]!()
    expect(asked.begun).toEqual(['a', 'b', 'c'])
    asked.ask('k')
    await pass(100)
    expect(asked.decided).not.toContain('k overload')
  })
})

it('refuses at once who comes when as many wait as may be held', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) asked.ask(name)
  await pass(0)
  expect(asked.told).toEqual(['i SERVICE_UNAVAILABLE'])
  await pass(400)
  expect(asked.decided).toHaveLength(7)
})
