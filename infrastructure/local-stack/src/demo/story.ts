/** The story of the demo: one of each command, an agent that does its work, and the events read back from Kafka. */
import { isApiError, type Command } from '@infinite-scribe/client'
import type { Progress } from '../cli/progress'
import type { LocalStack } from '../stack/local-stack'
import { expectSame } from './demo-fault'
import type { EventListener, ReceivedEvent } from './event-listener'
import { httpUser, type HttpUser } from './http-user'

const EXPECTED_EVENTS = [
  'Genesis.Session.Created',
  'Genesis.Session.ConceptGenerationRequested',
  'Genesis.Session.ConceptProposed',
  'Genesis.Session.FeedbackSubmitted',
  'Genesis.Session.StageConfirmed',
]

const TASK_TIMEOUT_MS = 30_000

/** @throws DemoFault at the first thing that is not as promised */
export const tellStory = async (
  stack: LocalStack,
  listener: EventListener,
  progress: Progress,
): Promise<void> => {
  const say = (line: string): void => progress.line(line)
  const user = httpUser(stack.gateway.url, stack.token, 'user', say)
  const agent = httpUser(stack.gateway.url, stack.agentToken, 'agent', say)

  say('\n1. A user opens a session.')
  const { session_id: sessionId } = await user.client.openSession()
  expectStatus(user, 201)

  say('\n2. An asynchronous command is accepted: its work has only begun.')
  const request: Command = {
    command_type: 'RequestConceptGeneration',
    payload: { theme_preferences: ['科幻'], style_preferences: ['快节奏'] },
  }
  const sentAt = performance.now()
  const { command_id: commandId, task_id: taskId = '' } = await user.client.sendCommand(sessionId, request)
  expectStatus(user, 202)
  expectSame('Location of the 202', user.lastAnswer().location, `/tasks/${taskId}`)

  say('\n3. Its twin is refused while it is unfinished.')
  const refused: unknown = await user.client.sendCommand(sessionId, request).catch((error: unknown) => error)
  expectStatus(user, 409)
  expectSame('the body of the 409', isApiError(refused) ? refused.body : refused, {
    error_code: 'DUPLICATE_COMMAND',
    message: 'Command already processing',
    duplicate_command_id: commandId,
  })

  say('\n4. An agent hears of the work from Kafka, does it, and reports over HTTP.')
  const requested = await progress.step('The agent waits for its event', () =>
    listener.eventOf(sessionId, 'Genesis.Session.ConceptGenerationRequested'),
  )
  const learned = requested.envelope.metadata.task_id
  say(
    `  agent ← partition ${requested.partition}, offset ${requested.offset}: metadata.task_id ${learned ?? '(none)'}` +
      ` (${Math.round(requested.receivedAt - sentAt)} ms after the command was sent)`,
  )
  expectSame('metadata.task_id of the event', learned, taskId)
  const result = { concepts: [{ title: '星海回声', premise: 'A signal that answers before it is sent.' }] }
  const waiting = user.client.waitForTask(taskId, { timeoutMs: TASK_TIMEOUT_MS })
  await agent.client.complete(taskId, result)
  expectStatus(agent, 200)
  const task = await waiting
  expectSame('the status of the task', task.status, 'COMPLETED')

  say('\n5. Synchronous commands are done when they are answered.')
  const feedback = { feedback: 'More wonder.', rating: 5 }
  await user.client.sendCommand(sessionId, { command_type: 'SubmitFeedback', payload: feedback })
  expectStatus(user, 200)
  const confirmation = { stage: 'CONCEPT_SELECTION', data: { ...result.concepts[0] } }
  await user.client.sendCommand(sessionId, { command_type: 'ConfirmStage', payload: confirmation })
  expectStatus(user, 200)
  const state = await user.client.state(sessionId)
  expectSame('the current stage', state.current_stage, 'STORY_CONCEPTION')

  say('\n6. Every event, read back from Kafka.')
  const events = await progress.step('Reading from Kafka', () =>
    listener.someEventsOf(sessionId, EXPECTED_EVENTS.length),
  )
  showEvents(events, stack.eventsTopic, say)
  checkOrder(events, sessionId)
  say('  in order, without a gap, each caused by the one before it')
}

const expectStatus = (user: HttpUser, status: number): void =>
  expectSame('the status of the answer', user.lastAnswer().status, status)

const showEvents = (events: readonly ReceivedEvent[], topic: string, say: (line: string) => void): void => {
  say(`  topic ${topic}`)
  say('  partition  offset  version  event_id                              event')
  for (const { partition, offset, envelope } of events) {
    const columns = [
      String(partition).padStart(9),
      offset.padStart(6),
      String(envelope.aggregate_version).padStart(7),
      envelope.event_id,
      envelope.event_type,
    ]
    say(`  ${columns.join('  ')}`)
  }
}

const checkOrder = (events: readonly ReceivedEvent[], sessionId: string): void => {
  const envelopes = events.map(({ envelope }) => envelope)
  expectSame(
    'the events',
    envelopes.map(({ event_type }) => event_type),
    EXPECTED_EVENTS,
  )
  expectSame(
    'the versions',
    envelopes.map(({ aggregate_version }) => aggregate_version),
    envelopes.map((_, at) => at + 1),
  )
  expectSame(
    'the causation of each event',
    envelopes.map(({ causation_id }) => causation_id),
    envelopes.map((_, at) => envelopes[at - 1]?.event_id ?? null),
  )
  expectSame('the partitions of one session', new Set(events.map(({ partition }) => partition)).size, 1)
  expectSame('the keys', [...new Set(events.map(({ key }) => key))], [sessionId])
}
