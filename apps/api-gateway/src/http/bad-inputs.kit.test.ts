/** Runs rows of the table of bad inputs against a running gateway: the answer, its headers, and what it left behind. */
import type { Call, Reply, RunningGateway } from './running-gateway.kit.test'

export interface BadInput {
  /** In the table's own words. */
  readonly input: string
  readonly status: number
  readonly code: string
  readonly call: Call | (() => Call | Promise<Call>)
  /** Named details, beside error_code and message. */
  readonly details?: Record<string, unknown>
}

/** One test a bad input. */
export function badInputTests(row: number, gateway: () => RunningGateway, inputs: readonly BadInput[]): void {
  describe(`bad input ${row}`, () => {
    test.each(inputs)('$input: $status $code', async ({ call, status, code, details }) => {
      const request = typeof call === 'function' ? await call() : call
      const before = await gateway().checksum()
      const reply = await gateway().call(request)
      expectProblem(reply, status, code)
      if (details) expect(reply.body).toMatchObject(details)
      expect(await gateway().checksum()).toBe(before)
    })
  })
}

/** An error answer in the one shape there is, that shows nothing of the inside. */
export function expectProblem(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: reply.body?.error_code }).toEqual({ status, code })
  expect(reply.body.message).toEqual(expect.any(String))
  expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(reply.headers.get('x-request-id')).toMatch(/^[\x21-\x7e]{1,128}$/)
  expect(reply.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
  expect(reply.headers.has('retry-after')).toBe(status === 429 || status === 503)
  expect(reply.headers.has('allow')).toBe(status === 405)
  expect(reply.text).not.toMatch(/<html|\bat .*:\d+|select |insert |node_modules/i)
}
