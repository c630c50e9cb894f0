/** Reads how far tasks are: those that reported, and all that run for whoever just opened a stream. */
import type { ClientBase } from 'pg'

export interface TaskProgress {
  readonly taskId: string
  readonly owner: string
  readonly sessionId: string
  /** Per cent. */
  readonly progress: number
  readonly message?: string
}

interface Row {
  id: string
  owner: string
  session_id: string
  progress: string
  message: string | null
}

// Two halves, so that each goes by its index.
const READ = `
  SELECT t.id, s.user_id AS owner, t.session_id, t.progress, t.message
    FROM async_tasks t JOIN genesis_sessions s ON s.id = t.session_id
   WHERE t.id = ANY ($1::uuid[]) AND t.status = 'RUNNING'
   UNION
  SELECT t.id, s.user_id, t.session_id, t.progress, t.message
    FROM async_tasks t JOIN genesis_sessions s ON s.id = t.session_id
   WHERE t.status = 'RUNNING' AND (s.user_id = ANY ($2::text[]) OR s.id = ANY ($3::uuid[]))`

/** Only tasks that run: a task's end is an event. */
export async function readTaskProgress(
  client: ClientBase,
  taskIds: readonly string[],
  all: { readonly users: readonly string[]; readonly sessions: readonly string[] },
): Promise<TaskProgress[]> {
  const { rows } = await client.query<Row>({
    name: 'read-task-progress',
    text: READ,
    values: [taskIds, all.users, all.sessions],
  })
  return rows.map((row) => ({
    taskId: row.id,
    owner: row.owner,
    sessionId: row.session_id,
    progress: Number(row.progress),
    ...(row.message === null ? {} : { message: row.message }),
  }))
}
