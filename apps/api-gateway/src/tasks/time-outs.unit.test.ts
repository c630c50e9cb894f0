/** Which tasks a sweep tells of: each that was failed, once, also when its turn outlasted the sweep. */
import { eventually } from '@infinite-scribe/testing'
import type { UnitOfWork } from '../commands/unit-of-work'
import type { OverdueTask } from './find-overdue-tasks'
import { TimeOuts, type TimeOutParts } from './time-outs'

/** Sweeps that find these tasks due, each once. */
function sweeping(ids: string[], timeOut: TimeOutParts['tasks']['timeOut']) {
  const told: string[][] = []
  const due = ids.map((id) => ({ id }))
  const sweeps = new TimeOuts({
    unitOfWork: { readOne: () => Promise.resolve(due.splice(0)) } as unknown as UnitOfWork,
    tasks: { timeOut },
    taskTypes: ['genesis.concept_generation'],
    commandTimeoutSeconds: 1,
    sweepIntervalMs: 1,
    timedOut: (tasks: readonly OverdueTask[]) => told.push(tasks.map(({ id }) => id)),
    failed: () => undefined,
    recovered: () => undefined,
  })
  return { sweeps, told }
}

it('those that were spared, or could not be failed, are none of them', async () => {
  const { sweeps, told } = sweeping(['failed', 'spared', 'kept'], (id) =>
    id === 'kept' ? Promise.reject(new Error('kept')) : Promise.resolve(id === 'failed'),
  )
  sweeps.start()
  await eventually(() => told.length > 0)
  await sweeps.stop()
  expect(told).toEqual([['failed']])
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
