/** The ids in a path: UUIDs in their 8-4-4-4-12 form, nothing else. */
import { isUuid } from '@infinite-scribe/shared-types'
import type { Request } from 'express'
import type { HttpCode } from './error-map'
import { HttpProblem } from './problem'
import { factsOf } from './request-facts'

/** Each id that a path may hold, with the code that refuses a malformed one. */
export const INVALID_ID = {
  session_id: 'INVALID_SESSION_ID',
  task_id: 'INVALID_TASK_ID',
  command_id: 'INVALID_COMMAND_ID',
} as const satisfies Record<string, HttpCode>

export type PathId = keyof typeof INVALID_ID

/**
 * The ids of the request's path, in lower case, so that one thing has one name.
 * @throws {HttpProblem} INVALID_PATH, or the code of the first id that is no UUID.
 */
export function readPathIds(request: Request): Record<PathId, string> {
  if (request.res && factsOf(request.res).undecodablePath) {
    throw new HttpProblem('INVALID_PATH', 'The path holds a percent escape that means nothing')
  }
  const ids = {} as Record<PathId, string>
  for (const [name, value] of Object.entries(request.params)) {
    if (!isUuid(value)) {
      throw new HttpProblem(INVALID_ID[name as PathId], `${name} is no UUID`)
    }
    ids[name as PathId] = value.toLowerCase()
  }
  return ids
}
