/** One request at a time, in order, and never a third batch that is published and not settled. */
import { PublishLine } from './publish-line'
import type { ClaimedRow } from './ports'
import type { AttemptedRow } from './publish'

const batch = (name: string): ClaimedRow[] => [{ id: name } as ClaimedRow]
const ticks = async (): Promise<void> => {
  for (let tick = 0; tick < 20; tick += 1) await Promise.resolve()
}

/** A line whose steps end when they are told to; `seen` is what began and ended, in order. */
function line() {
  const seen: string[] = []
  const open = new Map<string, () => void>()
  let stopping = false
  const step = async (name: string): Promise<void> => {
    seen.push(name)
    await new Promise<void>((resolve) => open.set(name, resolve))
  }
  const under = new PublishLine({
    publish: async (rows) => {
      await step(`publish ${rows[0]!.id}`)
      return rows.map((row): AttemptedRow => ({ row, attempt: { kind: 'handed_back' } }))
    },
    settle: (attempted) => step(`settle ${attempted[0]!.row.id}`),
    stopping: () => stopping,
    guarded: (work) => work.catch(() => void (stopping = true)),
  })
  const end = async (name: string): Promise<void> => {
    open.get(name)!()
    await ticks()
  }
  return { under, seen, end, stop: () => (stopping = true) }
}

it('publishes one batch at a time and settles each while the next is published', async () => {
  const { under, seen, end } = line()
  void under.take(batch('a'), false)
  void under.take(batch('b'), false)
  await ticks()
  expect(seen).toEqual(['publish a'])
  await end('publish a')
  expect(seen).toEqual(['publish a', 'settle a', 'publish b'])
})

it('publishes no third batch while the first is not settled', async () => {
  const { under, seen, end } = line()
  for (const name of ['a', 'b', 'c']) {
    void under.take(batch(name), false)
    await ticks()
  }
  await end('publish a')
  await end('publish b')
  expect(seen).toEqual(['publish a', 'settle a', 'publish b'])
  await end('settle a')
  expect(seen.slice(3)).toEqual(['settle b', 'publish c'])
})

it('has room for one batch beside the one that is published', async () => {
  const { under, end } = line()
  let taken = 0
  const take = async (name: string) => {
    await under.take(batch(name), false)
    taken += 1
  }
  await take('a')
  await take('b')
  const third = take('c')
  await ticks()
  expect(taken).toBe(2)
  await end('publish a')
  await third
  expect(taken).toBe(3)
})

it('begins no batch once the relay stops, and is empty when those begun are settled', async () => {
  const { under, seen, end, stop } = line()
  void under.take(batch('a'), false)
  void under.take(batch('b'), false)
  await ticks()
  stop()
  await end('publish a')
  await end('settle a')
  await under.empty()
  expect(seen).toEqual(['publish a', 'settle a'])
})
