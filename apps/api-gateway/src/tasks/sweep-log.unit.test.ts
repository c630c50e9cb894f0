/** How many lines the commands have that timed out in one sweep. */
import { commandCatalog } from '../genesis/command-catalog'
import type { OverdueTask } from './find-overdue-tasks'
import { sweepLog } from './sweep-log'

const overdue = (count: number): OverdueTask[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `task-${at}`,
    commandId: `command-${at}`,
    sessionId: `session-${at}`,
    taskType: 'genesis.concept_generation',
    takenUp: at === 1,
    openSeconds: 900.4 + at,
  }))

const ids = (at: number) => ({
  task_id: `task-${at}`,
  command_id: `command-${at}`,
  session_id: `session-${at}`,
})

function linesOf(tasks: OverdueTask[]): unknown[][] {
  const lines: unknown[][] = []
  const warn = (...line: unknown[]) => lines.push(line)
  sweepLog({ warn } as never, commandCatalog).swept(tasks)
  return lines
}

it('a few have a line each, which says what to do', () => {
  const rest = { command_type: 'RequestConceptGeneration' }
  expect(linesOf(overdue(3))).toEqual([
    [
      'a command timed out: no agent took it up (runbook commands-time-out)',
      { ...ids(0), ...rest, open_seconds: 900 },
    ],
    [
      'a command timed out: its agent fell silent (runbook commands-time-out)',
      { ...ids(1), ...rest, open_seconds: 901 },
    ],
    [
      'a command timed out: no agent took it up (runbook commands-time-out)',
      { ...ids(2), ...rest, open_seconds: 902 },
    ],
  ])
})

it.each([4, 2_000])('%d have one line, which names the first', (count) => {
  expect(linesOf(overdue(count))).toEqual([
    [
      `${count} commands timed out: nobody finished them (runbook commands-time-out)`,
      { commands: count, taken_up: 1, first: [ids(0), ids(1), ids(2)] },
    ],
  ])
})
