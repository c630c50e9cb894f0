/** A settlement that the database refuses does not keep the others of its batch from being written. */
import type { Attempt } from '../policy/outcome'
import type { ParkedClaims } from './claim-parked'
import { InFlight } from './in-flight'
import { Lanes } from './lanes'
import { LateRows } from './late-rows'
import type { ClaimedRow, Clock, SettledRow } from './ports'
import { Settling } from './settle'

const row = (id: string): ClaimedRow =>
  ({ id, key: id, lane: 1, token: '1', seq: 1, attempts: 0, error: null, parked: false }) as ClaimedRow
const sent: Attempt = { kind: 'sent', partition: 0, offset: '1' }
const refusal = Object.assign(new Error('index row size exceeds the maximum'), { code: '54000' })

/** A settling over a database that `refuses` rows. */
function settlingOver(refuses: (row: SettledRow) => boolean) {
  const lanes = new Lanes()
  lanes.renewed([{ lane: 1, token: '1', lowWater: 0 }], Infinity)
  const settled: [string, string][] = []
  const told: string[] = []
  let statements = 0
  const settler = {
    settle: (rows: readonly SettledRow[]) => {
      statements += 1
      if (statements > 40) throw new Error('it goes on for ever')
      if (rows.some(refuses)) return Promise.reject(refusal)
      settled.push(...rows.map(({ id, settlement }): [string, string] => [id, settlement.kind]))
      return Promise.resolve({ changed: rows.length, xid: undefined })
    },
  }
  const clock: Clock = {
    now: () => new Date(0),
    monotonicMs: () => 0,
    sleep: () => Promise.reject(new Error('it is tried again as it is')),
  }
  const parked = { settled: () => undefined, lookAt: () => undefined } as unknown as ParkedClaims
  const settling = new Settling(settler, lanes, new InFlight(), new LateRows(), parked, clock, 'skip', {
    settleFailed: () => told.push('failed'),
    unsettleable: ({ id }) => told.push(`unsettleable ${id}`),
    notOurs: () => told.push('not ours'),
  })
  const settle = (ids: string) =>
    settling.settle(
      Array.from(ids).map((id) => ({ row: row(id), attempt: sent })),
      false,
      () => false,
    )
  return { settle, settled, told }
}

it('settles the others of its batch, and ends the one that is refused as FAILED', async () => {
  const { settle, settled, told } = settlingOver(
    ({ id, settlement }) => id === 'c' && settlement.kind === 'sent',
  )
  const batch = await settle('abcde')
  expect(settled.sort()).toEqual([
    ['a', 'sent'],
    ['b', 'sent'],
    ['c', 'failed'],
    ['d', 'sent'],
    ['e', 'sent'],
  ])
  expect(batch.map(({ settlement }) => settlement.kind)).toEqual(['sent', 'sent', 'failed', 'sent', 'sent'])
  expect(batch[2]!.settlement).toMatchObject({
    willRetry: false,
    error: { class: 'unsettleable', code: '54000' },
  })
  expect(told).toEqual([])
})

it('tells once of a row that cannot be written at all, and goes on', async () => {
  const { settle, settled, told } = settlingOver(({ id }) => id === 'b')
  await settle('abc')
  expect(settled.sort()).toEqual([
    ['a', 'sent'],
    ['c', 'sent'],
  ])
  expect(told).toEqual(['unsettleable b'])
})
