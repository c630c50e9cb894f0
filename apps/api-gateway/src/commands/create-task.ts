/** Writes the tasks that async commands ask for. */

/**
 * The INSERT of tasks.
 * @param tasks a relation with the columns of the commands that ask for them; `request_event_id` is the event that
 *   tells the agents
 */
export const CREATE_TASKS = (tasks: string) => `
  INSERT INTO async_tasks (id, task_type, triggered_by_command_id, session_id, request_event_id, input_data)
  SELECT task_id, task_type, command_id, session_id, request_event_id, payload
    FROM ${tasks}`
