/** The services whose every write is a span, and whose events carry that span's traceparent to Kafka. */
import { inSpan, type SpanAttributes, type Tracing } from '@infinite-scribe/service-kit'
import { isRefusal, type Refusal } from '../outcome'
import type { CommandPort, RequestContext, SessionPort, TaskPort, TaskView } from '../ports'

export interface WritingPorts {
  readonly commands: CommandPort
  readonly sessions: SessionPort
  readonly tasks: TaskPort
}

interface Write<R, A> {
  readonly name: string
  readonly request: R
  readonly attributes?: SpanAttributes
  readonly work: (request: R) => Promise<A | Refusal>
  /** What the answer adds, where it is no refusal. */
  readonly learned: (answer: A) => SpanAttributes
}

/** `services` with their writes traced by `tracing`. */
export function tracedServices<S extends WritingPorts>(services: S, tracing: Tracing): S {
  const { commands, sessions, tasks } = services
  const traced = <R extends RequestContext, A extends object>(write: Write<R, A>): Promise<A | Refusal> => {
    const { name, request, attributes = {}, work, learned } = write
    const start = { name, kind: 'internal', parent: request.traceparent } as const
    return inSpan(
      tracing,
      { ...start, attributes: { request_id: request.requestId, ...attributes } },
      async (span) => {
        const answer = await work({ ...request, traceparent: span.traceparent })
        span.set(isRefusal(answer) ? { error_code: answer.code } : learned(answer))
        return answer
      },
    )
  }
  const ofTask =
    <Report>(
      how: string,
      work: (request: RequestContext, id: string, report: Report) => Promise<TaskView | Refusal>,
    ) =>
    (request: RequestContext, id: string, report: Report) =>
      traced({
        name: `task ${how}`,
        request,
        attributes: { task_id: id },
        work: (continued) => work(continued, id, report),
        learned: (task) => ({ command_id: task.command_id, session_id: task.session_id }),
      })
  return {
    ...services,
    commands: {
      supported: commands.supported,
      receipt: (...given) => commands.receipt(...given),
      processCommand: (request) => {
        const { commandType, sessionId } = request
        const known = commands.supported.includes(commandType)
        return traced({
          name: known ? `command ${commandType}` : 'command',
          request,
          attributes: { command_type: commandType, session_id: sessionId },
          work: (continued) => commands.processCommand(continued),
          learned: ({ commandId, taskId, replayed }) => ({
            command_id: commandId,
            task_id: taskId,
            replayed,
          }),
        })
      },
    },
    sessions: {
      list: (...given) => sessions.list(...given),
      state: (...given) => sessions.state(...given),
      history: (...given) => sessions.history(...given),
      open: (request) =>
        traced({
          name: 'open session',
          request,
          work: (continued) => sessions.open(continued),
          learned: ({ session_id, replayed }) => ({ session_id, replayed }),
        }),
    },
    tasks: {
      get: (...given) => tasks.get(...given),
      progress: ofTask('progress', (...given) => tasks.progress(...given)),
      complete: ofTask('complete', (...given) => tasks.complete(...given)),
      fail: ofTask('fail', (...given) => tasks.fail(...given)),
      cancel: ofTask('cancel', (...given) => tasks.cancel(...given)),
    },
  }
}
