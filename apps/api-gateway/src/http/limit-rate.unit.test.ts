/** A user's rate: what is counted, when, and what he is told of it. */
import type { Request, Response } from 'express'
import { rateGate, type RateGate } from './limit-rate'
import { beginFacts, factsOf } from './request-facts'

async function ask(gate: RateGate, sub: string): Promise<{ refused: boolean; left: string }> {
  const headers = new Map<string, string>()
  const response = { setHeader: (name: string, value: string) => headers.set(name, value) }
  beginFacts(response as unknown as Response, 'id')
  factsOf(response as unknown as Response).caller = { sub, scopes: new Set() }
  const refused = await gate({} as Request, response as unknown as Response).then(
    () => false,
    () => true,
  )
  return { refused, left: headers.get('RateLimit') ?? '' }
}

it('begins a second with the first request, and another with the first after it', async () => {
  jest.useFakeTimers()
  const gate = rateGate(2)
  expect(await ask(gate, 'ada')).toEqual({ refused: false, left: '"commands"; r=1; t=1' })
  jest.advanceTimersByTime(999)
  expect(await ask(gate, 'ada')).toEqual({ refused: false, left: '"commands"; r=0; t=1' })
  expect(await ask(gate, 'ada')).toEqual({ refused: true, left: '"commands"; r=0; t=1' })
  expect((await ask(gate, 'bob')).refused).toBe(false)
  jest.advanceTimersByTime(1)
  expect(await ask(gate, 'ada')).toEqual({ refused: false, left: '"commands"; r=1; t=1' })
})

it('tells requests of one turn apart', async () => {
  const gate = rateGate(2)
  const asked = await Promise.all([1, 2, 3].map(() => ask(gate, 'ada')))
  expect(asked.map(({ refused }) => refused)).toEqual([false, false, true])
})

afterEach(() => jest.useRealTimers())
