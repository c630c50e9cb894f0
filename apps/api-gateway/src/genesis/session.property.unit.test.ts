/** No sequence of commands and ends of tasks breaks the order of the stages or the rule of one pending command. */
import { SESSION_STAGES } from '@infinite-scribe/shared-types'
import fc from 'fast-check'
import { isRefusal } from '../outcome'
import type { DecidedEvent } from './decision'
import { catalogWithTitles as catalog } from './request-title-proposal.kit.test'
import { evolve, initialSession, type GenesisSession } from './session'
import type { TaskEnd } from './task'

type Step =
  | { do: 'command'; type: string; payload: object }
  | { do: 'end'; how: TaskEnd['how']; nth: number }
  | { do: 'abandon' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      type: fc.constantFrom(...catalog.supported),
      payload: fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        fc.record({ stage: fc.constantFrom(...SESSION_STAGES) }),
        fc.record({ data: fc.dictionary(fc.string(), fc.integer()) }),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      how: fc.constantFrom<TaskEnd['how'][]>('completed', 'failed', 'cancelled', 'timed_out'),
      nth: fc.nat(1),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'abandon' as const }) },
)

function eventsOf(session: GenesisSession, next: Step, n: number): readonly DecidedEvent[] {
  if (next.do === 'command') {
    const { definition, faultsOf, decide } = catalog.find(next.type)!
    const payload = next.payload as never
    // The inbox's unique index lets one command of an async type be pending.
    const isTwin =
      definition.mode === 'async' &&
      session.openTasks.some(({ taskType }) => taskType === definition.taskType)
    if (faultsOf(payload).length > 0 || isTwin) return []
    const decision = decide(session, {
      sessionId: 's',
      commandId: `c${n}`,
      taskId: `t${n}`,
      payload,
    })
    return isRefusal(decision) ? [] : decision
  }
  const open = next.do === 'end' ? session.openTasks[next.nth] : undefined
  if (next.do !== 'end' || !open) return []
  return [
    catalog.taskEnded(
      's',
      open,
      next.how === 'completed' ? { how: next.how, result: {} } : { how: next.how, error: {} },
    ),
  ]
}

it('holds for any sequence', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let session = initialSession()
      const all: DecidedEvent[] = []
      steps.forEach((next, n) => {
        const before = session
        const events = eventsOf(session, next, n)
        session = next.do === 'abandon' ? { ...session, status: 'ABANDONED' } : events.reduce(evolve, session)
        all.push(...events)

        const moved =
          SESSION_STAGES.indexOf(session.currentStage) - SESSION_STAGES.indexOf(before.currentStage)
        expect(moved).toBe(events.filter(({ type }) => type.endsWith('StageConfirmed')).length)
        expect(moved === 0 || moved === 1).toBe(true)
        const types = session.openTasks.map(({ taskType }) => taskType)
        expect(new Set(types).size).toBe(types.length)
        if (before.status !== 'IN_PROGRESS' && next.do === 'command') expect(events).toEqual([])
        if (session.status === 'COMPLETED') {
          expect(session.currentStage).toBe('FINISHED')
          expect(session.openTasks).toEqual([])
        }
      })

      // Each task that was asked for ends at most once, and only one of a finished session's events is its last.
      const asked = all.flatMap(({ opens }) => opens?.taskId ?? [])
      const ended = all.flatMap(({ ends }) => ends?.taskId ?? [])
      expect(new Set(ended).size).toBe(ended.length)
      expect(asked).toEqual(expect.arrayContaining(ended))
      const finished = all.findIndex(({ type }) => type === 'Genesis.Session.Finished')
      if (finished >= 0) expect(finished).toBe(all.length - 1)
    }),
    { numRuns: 1_000 },
  )
})
