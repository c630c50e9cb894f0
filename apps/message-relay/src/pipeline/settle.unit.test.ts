/** A settlement that the database refuses does not keep the others of its batch from being written. */
import type { Attempt } from '../policy/outcome'
import type { ParkedClaims } from './claim-parked'
import { InFlight } from './in-flight'
import { Lanes } from './lanes'
import { LateRows } from './late-rows'
import type { ClaimedRow, Clock, SettledRow } from './ports'
import { Settling } from './settle'
import { SettlementWriter } from './settlement-writer'

const row = (id: string, bytes: number): ClaimedRow =>
  ({ id, key: id, lane: 1, token: '1', seq: 1, attempts: 0, error: null, parked: false, bytes }) as ClaimedRow
const sent: Attempt = { kind: 'sent', partition: 0, offset: '1' }
const raised = Object.assign(new Error('no such order'), { severity: 'ERROR', code: 'P0001' })
const refusal = Object.assign(new Error('index row size exceeds the maximum'), {
  severity: 'ERROR',
  code: '54000',
})

/** A settling over a database that `refuses` rows, by `error` where no other is given. */
function settlingOver(refuses: (row: SettledRow) => boolean | Error, error: Error = refusal) {
  const lanes = new Lanes()
  lanes.renewed([{ lane: 1, token: '1', lowWater: 0 }], Infinity)
  const settled: [string, string][] = []
  const told: string[] = []
  let statements = 0
  const settler = {
    settle: (rows: readonly SettledRow[]) => {
      statements += 1
      if (statements > 40) throw new Error('it goes on for ever')
      const [refused] = rows.map(refuses).filter(Boolean)
      if (refused) return Promise.reject(refused === true ? error : refused)
      settled.push(...rows.map(({ id, settlement }): [string, string] => [id, settlement.kind]))
      return Promise.resolve({ changed: rows.length, xid: undefined })
    },
  }
  const clock: Clock = {
    now: () => new Date(0),
    monotonicMs: () => 0,
    sleep: () => Promise.reject(new Error('it is tried again as it is')),
  }
  const parked = {
    keysAreFree: () => undefined,
    lookAt: () => undefined,
  } satisfies Pick<ParkedClaims, 'keysAreFree' | 'lookAt'> as unknown as ParkedClaims
  const writer = new SettlementWriter(settler, lanes, new LateRows(), clock, 'skip', {
    settleFailed: () => told.push('failed'),
    unsettleable: ({ id }) => told.push(`unsettleable ${id}`),
    notOurs: () => told.push('not ours'),
  })
  const settling = new Settling(writer, lanes, new InFlight(), parked, clock, 'skip')
  const settle = (ids: string, bytes = 10) =>
    settling.settle(
      Array.from(ids).map((id) => ({ row: row(id, bytes), attempt: sent })),
      false,
      () => false,
    )
  return { settle, writer, settled, told, lane: lanes.get(1)! }
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

it('ends rows that PostgreSQL refuses for what they are as FAILED at once, though none of their kind was taken', async () => {
  const { settle, settled } = settlingOver(({ settlement }) => settlement.kind === 'sent')
  expect((await settle('a')).map(({ settlement }) => settlement.kind)).toEqual(['failed'])
  expect((await settle('bc')).map(({ settlement }) => settlement.kind)).toEqual(['failed', 'failed'])
  expect(settled).toHaveLength(3)
})

it('tells what a row is from what a trigger refuses at every row, whichever PostgreSQL met first', async () => {
  let isForbidden = true
  const { settle, writer } = settlingOver(({ id, settlement }) => {
    if (settlement.kind !== 'sent') return false
    return id === 'b' ? refusal : isForbidden && raised
  })
  expect((await settle('abc')).map(({ row: { id }, settlement }) => `${id} ${settlement.kind}`)).toEqual([
    'b failed',
  ])
  isForbidden = false
  expect((await settle('')).map(({ settlement }) => settlement.kind)).toEqual(['sent', 'sent'])
  expect(writer.hasUnsettled).toBe(false)
})

it('keeps a row of which PostgreSQL did not answer whether it could be ended as FAILED, and tries it again', async () => {
  let isAway = true
  const { settle, writer, told } = settlingOver(({ settlement }) =>
    settlement.kind === 'sent' ? refusal : isAway && new Error('Connection terminated'),
  )
  expect(await settle('a')).toEqual([])
  expect(writer.hasUnsettled).toBe(true)
  isAway = false
  expect((await settle('')).map(({ settlement }) => settlement.kind)).toEqual(['failed'])
  expect(told).toEqual(['failed'])
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

it('ends a row that a trigger refuses as FAILED, and the others are settled', async () => {
  const { settle, settled, told } = settlingOver(
    ({ id, settlement }) => id === 'c' && settlement.kind === 'sent',
    raised,
  )
  const batch = await settle('abcde')
  expect(settled.map(([id, kind]) => `${id} ${kind}`).sort()).toEqual([
    'a sent',
    'b sent',
    'c failed',
    'd sent',
    'e sent',
  ])
  expect(batch[2]!.settlement).toMatchObject({ error: { class: 'unsettleable', code: 'P0001' } })
  expect(told).toEqual([])
})

it('tells once of a row of which a trigger refuses whatever is written', async () => {
  const { settle, writer, told } = settlingOver(({ id }) => id === 'b', raised)
  await settle('abc')
  expect(told).toEqual(['unsettleable b'])
  expect(writer.hasUnsettled).toBe(false)
})

it('blames no row where every one is refused, and settles them all when that is over', async () => {
  let isForbidden = true
  const { settle, writer, settled, told } = settlingOver(() => isForbidden, raised)
  expect(await settle('ab')).toEqual([])
  expect(await settle('c')).toEqual([])
  expect(writer.hasUnsettled).toBe(true)
  expect(told).toEqual(['failed', 'failed'])
  isForbidden = false
  expect((await settle('')).map(({ settlement }) => settlement.kind)).toEqual(['sent', 'sent', 'sent'])
  expect(settled).toHaveLength(3)
  expect(writer.hasUnsettled).toBe(false)
})

it('blames no row that was refused before the others were taken, for what refused it may be over', async () => {
  let statements = 0
  const { settle, settled, told } = settlingOver(() => (statements += 1) <= 4, raised)
  const batch = await settle('abcd')
  expect(batch.map(({ settlement }) => settlement.kind)).toEqual(['sent', 'sent', 'sent', 'sent'])
  expect(settled).toHaveLength(4)
  expect(told).toEqual([])
})

it('keeps no more that is refused than a few megabytes, but for one that is larger', async () => {
  const { settle, writer } = settlingOver(() => true, raised)
  expect(await settle('a', 9_000_000)).toEqual([])
  expect(writer.hasUnsettled).toBe(true)
  await expect(settle('b')).rejects.toThrow('it is tried again as it is')
})

it('lets the rows behind one that is refused alone go on, and blames it by them', async () => {
  const { settle, settled } = settlingOver(
    ({ id, settlement }) => id === 'a' && settlement.kind === 'sent',
    raised,
  )
  expect(await settle('a')).toEqual([])
  expect((await settle('b')).map(({ row, settlement }) => `${row.id} ${settlement.kind}`)).toEqual([
    'a failed',
    'b sent',
  ])
  expect(settled).toHaveLength(2)
})

it('hands back what is refused, for all that it knows for ever, where its lane is to be handed over', async () => {
  const { settle, writer, lane } = settlingOver(() => true, raised)
  await settle('a')
  expect(writer.hasUnsettled).toBe(true)
  lane.cursor = 5
  lane.draining = true
  const batch = await settle('')
  expect(batch.map(({ settlement }) => settlement.kind)).toEqual(['hand_back'])
  expect(writer.hasUnsettled).toBe(false)
  expect(lane.cursor).toBe(0)
})
