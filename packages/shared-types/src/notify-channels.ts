/** The channels of PostgreSQL's NOTIFY on which the services wake each other; a lost one costs time alone. */
export const OUTBOX_CHANNEL = 'event_outbox'
/** Its payload is the id of the task that reported. */
export const PROGRESS_CHANNEL = 'task_progress'
