/** Which tasks are told of: each that was failed, at once, and once more at the end of a sweep. */
import { eventually } from '@infinite-scribe/testing'
import type { UnitOfWork } from '../commands/unit-of-work'
import type { OverdueTask } from './find-overdue-tasks'
import { TimeOuts, type TimeOutParts } from './time-outs'

/** Sweeps that find these tasks due, each once. */
function sweeping(ids: string[], timeOut: TimeOutParts['tasks']['timeOut']) {
  const [failed, told]: [string[], string[][]] = [[], []]
  const due = ids.map((id) => ({ id }))
  const sweeps = new TimeOuts({
    unitOfWork: { readOne: () => Promise.resolve(due.splice(0)) } as unknown as UnitOfWork,
    tasks: { timeOut },
    taskTypes: ['genesis.concept_generation'],
    commandTimeoutSeconds: 1,
    sweepIntervalMs: 1,
    timedOut: ({ id }: OverdueTask) => failed.push(id),
    swept: (tasks: readonly OverdueTask[]) => told.push(tasks.map(({ id }) => id)),
    failed: () => undefined,
    recovered: () => undefined,
  })
  return { sweeps, failed, told }
}

it('those that were spared, or could not be failed, are none of them', async () => {
  const { sweeps, failed, told } = sweeping(['failed', 'spared', 'kept'], (id) =>
    id === 'kept' ? Promise.reject(new Error('kept')) : Promise.resolve(id === 'failed'),
  )
  sweeps.start()
  await eventually(() => told.length > 0)
  await sweeps.stop()
  expect([failed, told]).toEqual([['failed'], [['failed']]])
})

it('each is told of as it is failed, while the sweep goes on', async () => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  // Two are left behind, and the third keeps the sweep waiting.
  const { sweeps, failed, told } = sweeping(['free', 'held 1', 'held 2', 'held 3'], async (id) => {
    if (id !== 'free') await held
    return true
  })
  sweeps.start()
  await eventually(() => failed.length > 0)
  expect([failed, told]).toEqual([['free'], []])
  release()
  await sweeps.stop()
  expect(told.flat().sort()).toEqual(['free', 'held 1', 'held 2', 'held 3'])
})

it('one that was left behind is told of when it has ended, at the latest when the sweeps are stopped', async () => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  const { sweeps, told } = sweeping(['held', 'free'], async (id) => {
    if (id === 'held') await held
    return true
  })
  sweeps.start()
  await eventually(() => told.length > 0)
  expect(told).toEqual([['free']])
  const stopping = sweeps.stop()
  release()
  await stopping
  expect(told).toEqual([['free'], ['held']])
})
