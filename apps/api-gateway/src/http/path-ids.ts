/** The ids in a path: UUIDs in their 8-4-4-4-12 form, nothing else. */
import type { Request } from 'express'
import type { HttpCode } from './error-map'
import { HttpProblem } from './problem'
import { factsOf } from './request-facts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Each id that a path may hold, with the code that refuses a malformed one. */
const INVALID = {
  session_id: 'INVALID_SESSION_ID',
  task_id: 'INVALID_TASK_ID',
  command_id: 'INVALID_COMMAND_ID',
} as const satisfies Record<string, HttpCode>

export type PathId = keyof typeof INVALID

/** Whether `text` is a UUID in its usual form, in either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}

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
    if (typeof value !== 'string' || !isUuid(value)) {
      throw new HttpProblem(INVALID[name as PathId], `${name} is no UUID`)
    }
    ids[name as PathId] = value.toLowerCase()
  }
  return ids
}
