/** What agents and owners do with tasks: every end closes the task and its command and appends the event at once. */
import type { JsonObject } from '@infinite-scribe/shared-types'
import type { Clock } from '../clock'
import { advanceSession } from '../commands/advance-session'
import { appendEvents } from '../commands/append-events'
import { closeCommands } from '../commands/close-commands'
import type { EventSettings } from '../commands/command-service'
import { chain, SOURCE_SERVICE } from '../commands/event-chain'
import { refuseOversized } from '../commands/event-size'
import { loadSession } from '../commands/load-session'
import type { Notifier } from '../commands/notifier'
import { saveToOutbox } from '../commands/save-to-outbox'
import type { SessionQueues } from '../commands/session-queues'
import type { Transaction, UnitOfWork } from '../commands/unit-of-work'
import type { CommandCatalog } from '../genesis/command-catalog'
import { evolve } from '../genesis/session'
import { STATUSES_AFTER, type TaskEnd } from '../genesis/task'
import { isRefusal, refuse, type Refusal } from '../outcome'
import type { Caller, RequestContext, TaskPort, TaskView } from '../ports'
import { closeTask } from './close-task'
import { isOverdue } from './find-overdue-tasks'
import { findTask, type FoundTask } from './find-task'
import { recordProgress } from './record-progress'
import { hasEnded, viewOf } from './task-view'

/** The scope of agents: what their token must allow. */
export const AGENT_SCOPE = 'tasks:write'

export interface TaskServiceParts {
  readonly catalog: Pick<CommandCatalog, 'taskEnded'>
  readonly unitOfWork: UnitOfWork
  readonly queues: SessionQueues
  readonly notifier: Notifier
  readonly settings: EventSettings & { readonly commandTimeoutSeconds: number }
  readonly clock: Clock
}

type Reporter = Pick<RequestContext, 'requestId' | 'traceparent'> & { readonly actor: string }

export class TaskService implements TaskPort {
  constructor(private readonly parts: TaskServiceParts) {}

  async get(caller: Caller, taskId: string): Promise<TaskView | Refusal> {
    const task = await this.find(taskId)
    return task && maySee(caller, task) ? viewOf(task) : noSuchTask()
  }

  /** Takes an agent's report; the HTTP side has checked its scope. */
  async progress(
    _request: RequestContext,
    taskId: string,
    report: { progress: number; message?: string },
  ): Promise<TaskView | Refusal> {
    const view = await this.inTurn(taskId, async (tx, task) =>
      hasEnded(task) ? alreadyEnded(task) : viewOf(await recordProgress(tx, task, report)),
    )
    if (!isRefusal(view)) this.parts.notifier.taskProgressed(view.task_id)
    return view
  }

  complete(
    request: RequestContext,
    taskId: string,
    { result }: { result: JsonObject },
  ): Promise<TaskView | Refusal> {
    return this.end(byCaller(request), taskId, { how: 'completed', result })
  }

  fail(
    request: RequestContext,
    taskId: string,
    { error }: { error: JsonObject },
  ): Promise<TaskView | Refusal> {
    return this.end(byCaller(request), taskId, { how: 'failed', error })
  }

  /** The owner gives up waiting; to anyone else, agents included, there is no such task. */
  cancel(
    request: RequestContext,
    taskId: string,
    { reason }: { reason?: string },
  ): Promise<TaskView | Refusal> {
    const error = { message: reason ?? 'Cancelled by the owner', code: 'cancelled' }
    return this.end(
      byCaller(request),
      taskId,
      { how: 'cancelled', error },
      ({ owner }) => owner === request.caller.sub,
    )
  }

  /**
   * Fails a task that nobody finished in time; one that is not overdue (any more), or has ended, is left alone.
   * @returns whether it was failed
   */
  async timeOut(taskId: string): Promise<boolean> {
    const { commandTimeoutSeconds } = this.parts.settings
    const end: TaskEnd = {
      how: 'timed_out',
      error: { code: 'timed_out', message: `Nobody finished the task within ${commandTimeoutSeconds} s` },
    }
    const answer = await this.inTurn(taskId, async (tx, task) => {
      // A report may have come since the task was found overdue.
      if (hasEnded(task) || !(await isOverdue(tx, task.id, commandTimeoutSeconds))) return alreadyEnded(task)
      return this.close(tx, task, end, { actor: SOURCE_SERVICE })
    })
    if (isRefusal(answer)) return false
    this.parts.notifier.eventsWritten()
    return true
  }

  private async end(
    reporter: Reporter,
    taskId: string,
    end: TaskEnd,
    may: (task: FoundTask) => boolean = () => true,
  ): Promise<TaskView | Refusal> {
    const outcome = { repeated: false }
    const view = await this.inTurn(taskId, async (tx, task) => {
      if (!may(task)) return noSuchTask()
      // The first report of an end stands; one that says the same again learns what the first said.
      outcome.repeated = task.status === STATUSES_AFTER[end.how].task
      if (outcome.repeated) return viewOf(task)
      if (hasEnded(task)) return alreadyEnded(task)
      return this.close(tx, task, end, reporter)
    })
    if (!isRefusal(view) && !outcome.repeated) this.parts.notifier.eventsWritten()
    return view
  }

  private async close(
    tx: Transaction,
    task: FoundTask,
    end: TaskEnd,
    reporter: Omit<Reporter, 'requestId'> & { requestId?: string },
  ): Promise<TaskView | Refusal> {
    const { catalog, settings, clock } = this.parts
    const { session_id: sessionId, triggered_by_command_id: commandId, task_type: taskType } = task
    const session = await loadSession(tx, sessionId, task.owner)
    if (!session) throw new Error(`task ${task.id} has no session`)
    const open = { taskId: task.id, commandId, taskType }
    const event = catalog.taskEnded(sessionId, open, end)
    const next = evolve(session.state, event)
    const envelopes = chain(session, [event], {
      commandId,
      actor: reporter.actor,
      ...(reporter.requestId === undefined ? {} : { requestId: reporter.requestId }),
      at: clock(),
    })
    const oversized = refuseOversized(envelopes, settings.eventMaxBytes)
    if (oversized) return oversized

    // Locks in the order of every transaction: inbox row, session row, task, events, outbox.
    const statuses = STATUSES_AFTER[end.how]
    await closeCommands(tx, [open], statuses.command)
    await advanceSession(tx, session, next, envelopes)
    const closed = await closeTask(tx, task.id, {
      status: statuses.task,
      ...(end.how === 'completed' ? { result: end.result } : { error: end.error }),
    })
    await appendEvents(tx, envelopes)
    for (const envelope of envelopes)
      await saveToOutbox(tx, settings.eventsTopic, sessionId, envelope, reporter.traceparent)
    return viewOf({ ...closed, owner: task.owner })
  }

  // The task's session is read first, to queue with the other writers of that session before a connection is taken.
  private async inTurn<T>(
    taskId: string,
    work: (tx: Transaction, task: FoundTask) => Promise<T | Refusal>,
  ): Promise<T | Refusal> {
    const found = await this.find(taskId)
    if (!found) return noSuchTask()
    return this.parts.queues.inTurn(found.session_id, found.owner, () =>
      this.parts.unitOfWork.write(async (tx) => {
        const task = await findTask(tx, taskId)
        return task ? work(tx, task) : noSuchTask()
      }, found.session_id),
    )
  }

  private find(taskId: string): Promise<FoundTask | undefined> {
    return this.parts.unitOfWork.readOne((db) => findTask(db, taskId))
  }
}

function maySee(caller: Caller, task: FoundTask): boolean {
  return caller.sub === task.owner || caller.scopes.has(AGENT_SCOPE)
}

function byCaller({ caller, requestId, traceparent }: RequestContext): Reporter {
  return { actor: caller.sub, requestId, ...(traceparent === undefined ? {} : { traceparent }) }
}

function noSuchTask(): Refusal {
  return refuse('TASK_NOT_FOUND', 'There is no such task')
}

function alreadyEnded({ status }: FoundTask): Refusal {
  return refuse('TASK_ALREADY_ENDED', `The task is ${status}`, { status })
}
