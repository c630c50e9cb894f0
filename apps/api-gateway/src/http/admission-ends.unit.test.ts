/** What ends a wait before its time: the client that goes away, and the process that shuts down. */
import { EventEmitter } from 'node:events'
import { askedAdmission, pass, type AskedAdmission } from './admission.kit.test'

let asked: AskedAdmission
beforeEach(() => {
  jest.useFakeTimers()
  asked = askedAdmission()
})
afterEach(() => jest.useRealTimers())

const newResponse = () => Object.assign(new EventEmitter(), { destroyed: false })

/** Two at work, c in the line, d to f about to be told that they are refused. */
const underOverload = async (responseOfE = newResponse()) => {
  const ends = ['a', 'b', 'c', 'd'].map((name) => asked.ask(name))
  asked.ask('e', { response: responseOfE })
  await pass(101)
  asked.ask('f')
  await pass(0)
  expect(asked.decided).toEqual(['d overload', 'e overload', 'f overload'])
  return ends
}

describe('a client that goes away', () => {
  it('leaves the line, and is not refused', async () => {
    const response = newResponse()
    const end = asked.ask('a')
    asked.ask('b')
    asked.ask('gone', { response })
    asked.ask('next')
    response.emit('close')
    await end()
    expect(asked.begun).toEqual(['a', 'b', 'next'])
    await pass(1_000)
    expect(asked.decided).toEqual([])
    expect(jest.getTimerCount()).toBe(0)
  })

  it('makes the line no shorter for the others than it is', async () => {
    const response = newResponse()
    for (const name of ['a', 'b', 'c', 'd']) asked.ask(name)
    asked.ask('gone', { response })
    await pass(50)
    response.emit('close')
    await pass(51)
    asked.ask('e')
    expect(asked.decided).toEqual([])
  })

  it('is held no longer once it is refused', async () => {
    const response = newResponse()
    await underOverload(response)
    response.emit('close')
    // As many as may be held, and nobody is told early.
    for (const name of ['g', 'h', 'i']) asked.ask(name)
    await pass(0)
    expect(asked.told).toEqual(['e BAD_REQUEST'])
    asked.ask('k')
    await pass(0)
    expect(asked.told).toEqual(['e BAD_REQUEST', 'd SERVICE_UNAVAILABLE'])
  })

  it('does not join the line when it went before', async () => {
    asked.ask('a')
    asked.ask('b')
    asked.ask('gone', { response: Object.assign(newResponse(), { destroyed: true }) })
    await pass(0)
    expect(asked.told).toEqual(['gone BAD_REQUEST'])
    expect(jest.getTimerCount()).toBe(0)
  })

  it('is listened for only while it waits', async () => {
    const response = newResponse()
    const end = asked.ask('a')
    asked.ask('b')
    asked.ask('c', { response })
    await pass(0)
    expect(response.listenerCount('close')).toBe(1)
    await end()
    expect(response.listenerCount('close')).toBe(0)
  })
})

describe('a process that shuts down', () => {
  it('tells at once those who are refused, and serves the line', async () => {
    const ends = await underOverload()
    asked.admission.stop(30_000)
    await pass(0)
    expect(asked.told).toEqual(['d SHUTTING_DOWN', 'e SHUTTING_DOWN', 'f SHUTTING_DOWN'])
    await ends[0]!()
    expect(asked.begun).toEqual(['a', 'b', 'c'])
    expect(jest.getTimerCount()).toBe(0)
  })

  it('refuses the line, too, when it has no time for it', async () => {
    await underOverload()
    asked.admission.stop(399)
    await pass(0)
    expect(asked.told.sort()).toEqual(['c', 'd', 'e', 'f'].map((name) => `${name} SHUTTING_DOWN`))
    expect(asked.decided.at(-1)).toBe('c shutting_down')
    expect(jest.getTimerCount()).toBe(0)
  })

  it('lets in whom it has room for, and nobody join the line', async () => {
    asked.ask('a')
    asked.admission.stop(30_000)
    asked.ask('b')
    asked.ask('c')
    await pass(0)
    expect(asked.begun).toEqual(['a', 'b'])
    expect(asked.told).toEqual(['c SHUTTING_DOWN'])
  })

  it('is why those in the line whose patience ends are refused', async () => {
    for (const name of ['a', 'b', 'c']) asked.ask(name)
    asked.admission.stop(30_000)
    await pass(400)
    expect(asked.decided).toEqual(['c shutting_down'])
  })
})
