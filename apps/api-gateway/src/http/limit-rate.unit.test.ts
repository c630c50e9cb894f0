/** A user's rate: what is counted, when, and what he is told of it. */
import type { Request, Response } from 'express'
import { rateGate, type RateGate } from './limit-rate'
import { beginFacts, factsOf } from './request-facts'

function ask(gate: RateGate, sub: string): { refused: boolean; left: string } {
  const headers = new Map<string, string>()
  const response = { setHeader: (name: string, value: string) => headers.set(name, value) }
  beginFacts(response as unknown as Response, 'id')
  factsOf(response as unknown as Response).caller = { sub, scopes: new Set() }
  let refused = false
  try {
    gate({} as Request, response as unknown as Response)
  } catch {
    refused = true
  }
  return { refused, left: headers.get('RateLimit') ?? '' }
}

it('begins a second with the first request, and another with the first after it', () => {
  let nowMs = 50
  const gate = rateGate(2, () => nowMs)
  expect(ask(gate, 'ada')).toEqual({ refused: false, left: '"commands"; r=1; t=1' })
  nowMs += 999
  expect(ask(gate, 'ada')).toEqual({ refused: false, left: '"commands"; r=0; t=1' })
  expect(ask(gate, 'ada')).toEqual({ refused: true, left: '"commands"; r=0; t=1' })
  expect(ask(gate, 'bob').refused).toBe(false)
  nowMs += 1
  expect(ask(gate, 'ada')).toEqual({ refused: false, left: '"commands"; r=1; t=1' })
})
