/** The command types there are: adding one is adding its file and a line here. */
import { TASK_TYPE_PATTERN, type JsonObject, type TaskType } from '@infinite-scribe/shared-types'
import { faultFinder, type FieldError } from '../json-schema'
import { ServiceFault } from '../outcome'
import type { AsyncCommand, Command, CommandDefinition } from './command-definition'
import { confirmStage } from './commands/confirm-stage'
import { requestConceptGeneration } from './commands/request-concept-generation'
import { submitFeedback } from './commands/submit-feedback'
import { decideCommand } from './decide-command'
import type { DecidedEvent, Decision } from './decision'
import type { GenesisSession } from './session'
import { SESSION_FINISHED_ERROR, type OpenTask, type TaskEnd } from './task'

const WELL_FORMED_TASK_TYPE = new RegExp(TASK_TYPE_PATTERN)

export interface CatalogedCommand {
  readonly definition: CommandDefinition
  /** What the schema has against a payload; empty when nothing. */
  readonly faultsOf: (payload: JsonObject) => readonly FieldError[]
  /** The events that the command adds to the session, or why it may not. Pure. */
  readonly decide: (session: GenesisSession, command: Command) => Decision
}

export class CommandCatalog {
  readonly supported: readonly string[]
  /** The types of the tasks that these commands ask for. */
  readonly taskTypes: readonly TaskType[]
  private readonly commands = new Map<string, CatalogedCommand>()
  private readonly asynchronous = new Map<TaskType, AsyncCommand>()

  /** @throws for a type or a task type that two commands have, and for a task type that PostgreSQL would refuse. */
  constructor(definitions: readonly CommandDefinition[]) {
    for (const definition of definitions) {
      if (this.commands.has(definition.type)) throw new Error(`there are two commands ${definition.type}`)
      this.commands.set(definition.type, this.cataloged(definition))
      if (definition.mode === 'async') this.addTaskOf(definition)
    }
    this.supported = [...this.commands.keys()]
    this.taskTypes = [...this.asynchronous.keys()]
  }

  find(commandType: string): CatalogedCommand | undefined {
    return this.commands.get(commandType)
  }

  /**
   * The event that tells how an open task of the session ended, as the command that asked for it words it. Pure.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE for a task that only another version of this service knows how to end.
   */
  taskEnded(sessionId: string, task: OpenTask, end: TaskEnd): DecidedEvent {
    return { ...this.askingFor(task.taskType).ended(sessionId, task, end), ends: task }
  }

  /**
   * The type of the command that asks for tasks of this type.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE for a type that only another version of this service knows.
   */
  commandTypeOf(taskType: TaskType): string {
    return this.askingFor(taskType).type
  }

  private askingFor(taskType: TaskType): AsyncCommand {
    const definition = this.asynchronous.get(taskType)
    if (!definition)
      throw new ServiceFault('SERVICE_UNAVAILABLE', `No command here asks for a task ${taskType}`)
    return definition
  }

  private cataloged(definition: CommandDefinition): CatalogedCommand {
    return {
      definition,
      faultsOf: faultFinder(definition.schema, '/payload'),
      decide: (session, command) =>
        decideCommand(definition, session, command, (task) =>
          this.taskEnded(command.sessionId, task, { how: 'cancelled', error: SESSION_FINISHED_ERROR }),
        ),
    }
  }

  private addTaskOf(definition: AsyncCommand): void {
    const { type, taskType } = definition
    if (!WELL_FORMED_TASK_TYPE.test(taskType)) throw new Error(`${type} asks for a task ${taskType}`)
    const other = this.asynchronous.get(taskType)
    if (other) throw new Error(`${other.type} and ${type} ask for the same task ${taskType}`)
    this.asynchronous.set(taskType, definition)
  }
}

export const commandCatalog = new CommandCatalog([requestConceptGeneration, confirmStage, submitFeedback])
