/** One story in examples: what each request of the interface may look like, and what each answer. By the schema's $id. */

const SESSION = 'e3a1f0c2-6d54-4c9a-9f0b-2f6b1a7c8d90'
const COMMAND = '0b9c1c7e-3f7e-4a44-8f43-5d1c0e2b7a11'
const TASK = '7d4e8a52-9b1f-4f0e-8b7d-1c2d3e4f5a6b'
const EVENT = 'c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f'
const AT = '2026-01-01T10:00:00.000Z'
const LATER = '2026-01-01T10:00:07.000Z'
const RESULT = { concepts: [{ title: '星海回声', premise: 'A signal that answers before it is sent.' }] }

/** A value for each id that a path may hold. */
export const EXAMPLE_IDS: Readonly<Record<string, string>> = {
  session_id: SESSION,
  command_id: COMMAND,
  task_id: TASK,
}

const created = {
  event_id: EVENT,
  correlation_id: EVENT,
  causation_id: null,
  event_type: 'Genesis.Session.Created',
  event_version: 1,
  aggregate_type: 'GENESIS_SESSION',
  aggregate_id: SESSION,
  aggregate_version: 1,
  payload: { session_id: SESSION },
  metadata: {
    user_id: 'ada',
    actor: 'ada',
    source_service: 'api-gateway',
    timestamp: AT,
    request_id: 'a-request',
  },
  created_at: AT,
}

/** What the event stream may write; see the stream's operation. */
export const EXAMPLE_STREAM = [
  'retry: 2500',
  'id: AAAB',
  '',
  'id: AAAC',
  `event: ${created.event_type}`,
  `data: ${JSON.stringify(created)}`,
  '',
  'event: task.progress',
  `data: ${JSON.stringify({ task_id: TASK, progress: 40, message: 'Weighing three ideas' })}`,
  '',
  ': heartbeat',
  '',
  '',
].join('\n')

export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  OpenSessionRequest: { nothing: {} },
  OpenedSession: {
    opened: { session_id: SESSION, status: 'IN_PROGRESS', current_stage: 'CONCEPT_SELECTION' },
  },
  SessionPage: {
    'the only page': {
      sessions: [
        {
          session_id: SESSION,
          novel_id: null,
          status: 'IN_PROGRESS',
          current_stage: 'CONCEPT_SELECTION',
          version: 2,
          created_at: AT,
          updated_at: LATER,
        },
      ],
      next_after: null,
    },
  },
  SessionState: {
    'while an agent works': {
      session_id: SESSION,
      status: 'IN_PROGRESS',
      current_stage: 'CONCEPT_SELECTION',
      version: 2,
      confirmed_data: {},
      is_pending: true,
      pending_command_type: 'RequestConceptGeneration',
      pending: [
        { command_id: COMMAND, command_type: 'RequestConceptGeneration', task_id: TASK, progress: 40 },
      ],
      last_result: null,
      stream_position: 'AAAC',
    },
    'after the agent is done': {
      session_id: SESSION,
      status: 'IN_PROGRESS',
      current_stage: 'CONCEPT_SELECTION',
      version: 3,
      confirmed_data: {},
      is_pending: false,
      pending_command_type: null,
      pending: [],
      last_result: { command_id: COMMAND, task_id: TASK, status: 'COMPLETED', result: RESULT },
      stream_position: 'AAAD',
    },
  },
  HistoryPage: { 'a new session': { events: [created], next_after: null } },
  EventEnvelope: { 'a session was opened': created },
  CommandCompleted: {
    completed: { command_id: COMMAND, status: 'COMPLETED', message: 'Command completed' },
  },
  CommandAccepted: {
    accepted: { command_id: COMMAND, status: 'RECEIVED', message: 'Command accepted', task_id: TASK },
  },
  CommandReceipt: {
    'on Kafka': {
      command_id: COMMAND,
      command_type: 'RequestConceptGeneration',
      status: 'RECEIVED',
      created_at: AT,
      task_id: TASK,
      events: [
        {
          event_id: EVENT,
          event_type: 'Genesis.Session.ConceptGenerationRequested',
          aggregate_version: 2,
          delivery: {
            status: 'SENT',
            attempts: 1,
            topic: 'domain-events',
            partition: 3,
            offset: '1042',
            sent_at: AT,
          },
        },
      ],
    },
  },
  Task: {
    'under way': {
      task_id: TASK,
      task_type: 'genesis.concept_generation',
      status: 'RUNNING',
      progress: 40,
      message: 'Weighing three ideas',
      session_id: SESSION,
      command_id: COMMAND,
      created_at: AT,
      updated_at: LATER,
    },
    completed: {
      task_id: TASK,
      task_type: 'genesis.concept_generation',
      status: 'COMPLETED',
      progress: 100,
      session_id: SESSION,
      command_id: COMMAND,
      result: RESULT,
      created_at: AT,
      updated_at: LATER,
    },
  },
  TaskProgress: { 'under way': { task_id: TASK, progress: 40, message: 'Weighing three ideas' } },
  ProgressReport: { 'under way': { progress: 40, message: 'Weighing three ideas' } },
  CompletionReport: { 'a concept': { result: RESULT } },
  FailureReport: { 'no idea': { error: { message: 'The model gave no answer', code: 'model_silent' } } },
  Cancellation: { 'no patience': { reason: 'It takes too long' } },
  StreamTicketRequest: { nothing: {} },
  StreamTicket: { 'a ticket': { ticket: 'x1Jm0b7kQWc3n0dG4m8vTzqL2yR5uE9aHsPfKoXiB6w', expires_at: LATER } },
  Health: { ready: { status: 'ready' } },
}

/** The members that stand beside error_code and message, by code. */
export const ERROR_DETAILS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  VALIDATION_ERROR: { errors: [{ path: '/payload/rating', message: 'must be <= 5' }] },
  UNSUPPORTED_COMMAND_TYPE: { supported: ['RequestConceptGeneration', 'ConfirmStage', 'SubmitFeedback'] },
  DUPLICATE_COMMAND: { duplicate_command_id: COMMAND },
  STAGE_MISMATCH: { current_stage: 'WORLDVIEW' },
  SESSION_NOT_ACTIVE: { current_stage: 'FINISHED' },
  COMMAND_NOT_ALLOWED: { current_stage: 'WORLDVIEW' },
  TASK_ALREADY_ENDED: { status: 'CANCELLED' },
}
