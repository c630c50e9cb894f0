/** An asynchronous command as the recipe has it, for the tests: one definition, with a task type and events of its own. */
import { refuse } from '../outcome'
import { commandCatalog, CommandCatalog } from './command-catalog'
import { defineCommand } from './command-definition'
import { decided } from './decision'

export const TITLE_TASK = 'genesis.title_proposal'

export const requestTitleProposal = defineCommand<{ tone?: string }>({
  type: 'RequestTitleProposal',
  mode: 'async',
  taskType: TITLE_TASK,
  schema: {
    type: 'object',
    properties: { tone: { type: 'string' } },
    additionalProperties: false,
    examples: [{ tone: 'dark' }],
  },
  decide(session, { sessionId, payload }) {
    if (session.currentStage === 'FINISHED') return refuse('COMMAND_NOT_ALLOWED', 'There is a title')
    return [decided('Genesis.Session.TitleRequested', { session_id: sessionId, ...payload })]
  },
  ended(sessionId, { taskId }, end) {
    const about = { session_id: sessionId, task_id: taskId }
    return end.how === 'completed'
      ? decided('Genesis.Session.TitleProposed', { ...about, result: end.result })
      : decided('Genesis.Session.TitleProposalFailed', { ...about, reason: end.how, error: end.error })
  },
})

/** The catalog with that command beside its own. */
export const catalogWithTitles = new CommandCatalog([
  ...commandCatalog.supported.flatMap((type) => commandCatalog.find(type)?.definition ?? []),
  requestTitleProposal,
])
