/** The closed sets of statuses and stages, and the form of a task's type, as the database's checks have them. */
export const SESSION_STATUSES = ['IN_PROGRESS', 'COMPLETED', 'ABANDONED'] as const
export type SessionStatus = (typeof SESSION_STATUSES)[number]

/** The stages that can be confirmed, in their order. */
export const GENESIS_STAGES = [
  'CONCEPT_SELECTION',
  'STORY_CONCEPTION',
  'WORLDVIEW',
  'CHARACTERS',
  'PLOT_OUTLINE',
] as const
export type GenesisStage = (typeof GENESIS_STAGES)[number]

/** `current_stage` of a session: a stage, or FINISHED after the last. */
export const SESSION_STAGES = [...GENESIS_STAGES, 'FINISHED'] as const
export type GenesisStageOrFinished = (typeof SESSION_STAGES)[number]

export const COMMAND_STATUSES = ['RECEIVED', 'PROCESSING', 'COMPLETED', 'FAILED'] as const
export type CommandStatus = (typeof COMMAND_STATUSES)[number]

/** Of a command that has not ended: a twin of it is refused. */
export const UNFINISHED_COMMAND_STATUSES = [
  'RECEIVED',
  'PROCESSING',
] as const satisfies readonly CommandStatus[]

export const OUTBOX_STATUSES = ['PENDING', 'SENT', 'FAILED'] as const
export type OutboxStatus = (typeof OUTBOX_STATUSES)[number]

export const TASK_STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]

/** Of a task that has not ended. */
export const OPEN_TASK_STATUSES = ['PENDING', 'RUNNING'] as const satisfies readonly TaskStatus[]

/** What a task type looks like; which ones there are is for the commands that ask for tasks to say. */
export type TaskType = `genesis.${string}`
export const TASK_TYPE_PATTERN = String.raw`^genesis\.[a-z]+(_[a-z]+)*$`

export const RESUME_HANDLE_STATUSES = ['PENDING_PAUSE', 'PAUSED', 'RESUMED', 'EXPIRED'] as const
export type ResumeHandleStatus = (typeof RESUME_HANDLE_STATUSES)[number]
