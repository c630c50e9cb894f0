/** Splitting records into requests that the broker will take. */
import fc from 'fast-check'
import { isTooLargeToSend, planRequests, recordBytes } from './plan-requests'
import type { PartitionedRecord } from './request-producer'

const record = (partition: number, bytes: number, n = 0): PartitionedRecord & { n: number } => ({
  n,
  partition,
  message: { topic: 't', key: 'k', value: 'x'.repeat(bytes), headers: { event_id: 'e' } },
})

it('keeps within the bound of each partition, and each partition in order', () => {
  const limit = 1000
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(1500))), (sizes) => {
      const records = sizes.map(([partition, bytes], n) => record(partition, bytes, n))
      const requests = planRequests(records, limit)
      expect(
        requests
          .flat()
          .map(({ n }) => n)
          .sort((a, b) => a - b),
      ).toEqual(records.map(({ n }) => n))
      for (const partition of [0, 1, 2, 3]) {
        const order = requests.flat().filter((one) => one.partition === partition)
        expect(order.map(({ n }) => n)).toEqual([...order.map(({ n }) => n)].sort((a, b) => a - b))
        for (const request of requests) {
          const share = request.filter((one) => one.partition === partition)
          const bytes = share.reduce((sum, one) => sum + recordBytes(one), 61)
          expect(bytes <= limit || request.length === 1).toBe(true)
        }
      }
    }),
  )
})

it('sends a record that is too large by itself, so that nobody shares its fate', () => {
  const requests = planRequests(
    [record(0, 10, 0), record(0, 5000, 1), record(0, 10, 2), record(1, 10, 3)],
    1000,
  )
  expect(requests.map((request) => request.map(({ n }) => n))).toEqual([[0, 3], [1], [2]])
})

it('bounds the whole request', () => {
  const large = Array.from({ length: 12 }, (_, n) => record(n, 900_000, n))
  expect(planRequests(large, 1_048_588).map((request) => request.length)).toEqual([9, 3])
})

describe('what is too large to be sent', () => {
  const known = (maxBatchBytes: number) => ({ maxBatchBytes, isBoundKnown: true })
  const unknown = { maxBatchBytes: 1_048_588, isBoundKnown: false }

  it('is what neither the topic nor a request has room for; the rest is left to the broker', () => {
    expect(isTooLargeToSend(record(0, 9_000_000), known(1_048_588))).toBe(true)
    expect(isTooLargeToSend(record(0, 5_000_000), known(1_048_588))).toBe(false)
    expect(isTooLargeToSend(record(0, 9_000_000), known(20_000_000))).toBe(false)
  })

  it('is what may not reach the broker within a publish’s deadline where the topic’s bound is not known', () => {
    expect(isTooLargeToSend(record(0, 16_700_000), unknown)).toBe(false)
    expect(isTooLargeToSend(record(0, 16_800_000), unknown)).toBe(true)
  })
})
