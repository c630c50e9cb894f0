/** What an operator may type after an option, and how counts are told. */
import { isUuid } from '@infinite-scribe/shared-types'
import { InvalidArgumentError } from 'commander'

export function outboxId(text: string, earlier: string[] | undefined): string[] {
  if (!isUuid(text)) throw new InvalidArgumentError('An outbox id is a UUID.')
  return [...(earlier ?? []), text]
}

/** As events have it: in small letters. */
export function sessionId(text: string): string {
  if (!isUuid(text)) throw new InvalidArgumentError('A session id is a UUID.')
  return text.toLowerCase()
}

/** JavaScript takes much more for a time: `1` for one in 2001, and one without a zone for the process's own. */
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

export function moment(text: string): string {
  const time = new Date(text)
  if (!MOMENT.test(text) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('A time is written like 2026-01-31T09:00:00Z.')
  return time.toISOString()
}

export function positive(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a positive whole number.')
  return number
}

export const counted = (number: number, unit: string): string => `${number} ${unit}${number === 1 ? '' : 's'}`
