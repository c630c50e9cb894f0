/** The statuses of what has not ended, for `IN …` in SQL: literals, for only with them the partial indexes are found. */
import { OPEN_TASK_STATUSES, UNFINISHED_COMMAND_STATUSES } from '@infinite-scribe/shared-types'

const listOf = (statuses: readonly string[]) => `(${statuses.map((status) => `'${status}'`).join(', ')})`

export const OPEN_TASK = listOf(OPEN_TASK_STATUSES)
export const UNFINISHED_COMMAND = listOf(UNFINISHED_COMMAND_STATUSES)
